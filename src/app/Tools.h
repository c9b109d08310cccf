#pragma once

#include <app/Options.h>
#include <proximux/Configuration.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

struct ProtocolInfo;

/// The program's tools. Each receives the arguments after its name and returns an exit code.

/// proximux decode: prints the messages of a captured byte stream.
int decodeTool(const std::vector<std::string>& arguments);

/// proximux probe: tests a target and reports how to share it.
int probeTool(const std::vector<std::string>& arguments);

/// The arguments of a tool.
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
    std::string request;    ///< probe: the bytes to send; empty: the protocol's own
    Endpoint target;        ///< probe
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<std::string> mistakes;
    bool help = false;

    ToolOptions(Tool which, const std::vector<std::string>& arguments);

    /// The options of this tool.
    [[nodiscard]] Options options();

    /// The configuration made from the arguments, whose protocol delimits messages, or for probe has a request for TLS.
    /// Returns null and adds to `mistakes` on error.
    [[nodiscard]] std::shared_ptr<const Configuration> load();

private:
    [[nodiscard]] bool supports(const ProtocolInfo& info) const;
    [[nodiscard]] std::string supported() const;
    [[nodiscard]] std::string lacking() const;
    void takeProtocol(const std::string& value);
    void takeRequest(const std::string& value);
    void takeTarget(const std::string& value);
    void takeSet(const std::string& value);
    void takeOther(const std::string& argument);
};

/// Prints text on stdout, or mistakes on stderr; returns the exit code for them: 74 if the text could not be written.
int toolSays(const std::string& text);
int toolRefuses(const std::vector<std::string>& mistakes);

} // namespace proximux
