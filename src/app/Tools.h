#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/wire/Endpoint.h>

#include <string>
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
    std::string protocol;
    std::string file;       ///< decode; "-": standard input
    bool responses = false; ///< decode
    Endpoint target;        ///< probe
    bool hasTarget = false;
    std::vector<std::pair<std::string, std::string>> settings;
    std::vector<std::string> mistakes;
    bool help = false;

    explicit ToolOptions(const std::vector<std::string>& arguments);

    /// The protocol as declared, or null, with the mistake.
    [[nodiscard]] std::shared_ptr<Protocol> makeProtocol();
};

/// A line for each message of the stream: offset, length, id, readable form; or where and why it is malformed, which
/// ends it. `wrong` says whether it did.
std::string decode(const Protocol& protocol, Bytes stream, bool responses, bool& wrong);

/// Prints text on stdout, or mistakes on stderr; returns the exit code for them.
int toolSays(const std::string& text);
int toolRefuses(const std::vector<std::string>& mistakes);

} // namespace proximux
