#pragma once

#include <app/Options.h>
#include <proximux/config/Configuration.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// The tools that the program has beside serving. Each takes the arguments behind its name, and returns an exit code.

/// proximux decode: prints the messages of a captured byte stream.
int decodeTool(const std::vector<std::string>& arguments);

/// proximux probe: tries a target, and says how to share it.
int probeTool(const std::vector<std::string>& arguments);

/// What was said to a tool.
struct ToolOptions
{
    enum class Tool
    {
        decode,
        probe
    };

    Tool tool;
    std::string protocol;
    std::string file;       ///< decode; "-": standard input
    bool responses = false; ///< decode
    std::string request;    ///< probe: what is asked, where it is said
    Endpoint target;        ///< probe
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<std::string> mistakes;
    bool help = false;

    ToolOptions(Tool which, const std::vector<std::string>& arguments);

    /// What may be said to this tool.
    [[nodiscard]] Options options();

    /// The configuration that they make up, or null, with what is wrong with them. Its protocol has messages.
    [[nodiscard]] std::shared_ptr<const Configuration> load();

private:
    [[nodiscard]] std::string lacking() const;
    void takeRequest(const std::string& value);
    void takeTarget(const std::string& value);
    void takeSet(const std::string& value);
    void takeOther(const std::string& argument);
};

/// Prints text on stdout, or mistakes on stderr; returns the exit code for them.
int toolSays(const std::string& text);
int toolRefuses(const std::vector<std::string>& mistakes);

} // namespace proximux
