#pragma once

#include <string>

namespace proximux
{

/// What a running proxy has answered to a command, or why it has not.
struct AdminAnswer
{
    int exitCode = 0;
    std::string text;    ///< of the proxy
    std::string failure; ///< why there is no answer; empty: there is one

    [[nodiscard]] bool isDone() const { return exitCode == 0 && failure.empty(); }
};

/// Gives a command to the proxy that listens on this UNIX socket, and waits for its answer.
AdminAnswer askProxy(const std::string& socket, const std::string& command);

/// The socket of the installed configuration.
constexpr const char* ADMIN_SOCKET = "/run/proximux/admin.sock";

} // namespace proximux
