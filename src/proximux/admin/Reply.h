#pragma once

#include <functional>
#include <string>

namespace proximux::admin
{

/// Exit codes of `proximux admin`, those of sysexits.h.
constexpr int DONE = 0;
constexpr int UNKNOWN_COMMAND = 64;
constexpr int UNAVAILABLE = 69;
constexpr int FORBIDDEN = 77;
constexpr int REFUSED = 78;

/// A status of HTTP whose answer has no body, nor anything about one.
constexpr int NOT_MODIFIED = 304;

/// The answer to a request or to a command.
struct Reply
{
    int status = 200; ///< of HTTP
    std::string body;
    std::string type = "text/plain; charset=utf-8";
    std::string fields;  ///< further lines of the head, each with CRLF
    int exitCode = DONE; ///< of a command

    /// The whole response of HTTP. isHead: without its body.
    [[nodiscard]] std::string toHttp(bool isHead) const;
};

/// Text for people; a line break is added at its end.
Reply textReply(int status, const std::string& text);

/// The reply to a command that was not carried out.
Reply refusal(int exitCode, const std::string& why);

/// Takes the reply; called once, in the thread of the server.
using Done = std::function<void(Reply)>;

} // namespace proximux::admin
