#pragma once

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace proximux
{

/// One of the demonstration's clients: sends lines and reads what comes back. Used by one thread.
class DemonstrationClient
{
public:
    /// What came of a line.
    struct Answer
    {
        std::string text; ///< without its line feed
        std::chrono::microseconds taken{};
        std::string failure; ///< why there is none; empty: there is one
    };

    /// Connects. Throws Poco::Exception where that fails.
    explicit DemonstrationClient(const Poco::Net::SocketAddress& proxy);

    /// Sends the line, to which a line feed is added, and waits at most five seconds for a line.
    Answer ask(const std::string& line);

    /// The port from which it is connected.
    [[nodiscard]] std::uint16_t port() const { return _port; }

private:
    std::string readLine();

    Poco::Net::StreamSocket _socket;
    std::uint16_t _port;
    std::string _received;
};

} // namespace proximux
