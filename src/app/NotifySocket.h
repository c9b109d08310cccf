#pragma once

#include <string>

namespace proximux
{

/// A datagram socket to the service manager: its system calls. Without an address, and on systems other than Linux, it
/// sends nothing.
class NotifySocket
{
public:
    /// address: the path of a UNIX datagram socket, or "@name" for an abstract one. Empty or of another form: none. Any
    /// number of notifications needs one descriptor, which is opened here.
    explicit NotifySocket(const std::string& address);
    ~NotifySocket();

    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    /// Sends one datagram. Returns whether it was taken. Waits up to five seconds for a busy receiver. Any thread.
    bool send(const std::string& message) const;

    /// Removes a variable from the environment of this process. Call it before any thread exists.
    static void forget(const char* variable);

private:
    [[maybe_unused]] std::string _address; ///< in the system's form
    [[maybe_unused]] int _socket = -1;
};

} // namespace proximux
