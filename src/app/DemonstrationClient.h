#pragma once

#include <app/WaitingTransport.h>

#include <Poco/Net/SocketAddress.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace proximux
{

/// One of the demonstration's clients: sends lines and reads the responses. Single-threaded.
class DemonstrationClient
{
public:
    /// The result of one line.
    struct Answer
    {
        std::string text; ///< without its line feed
        std::chrono::microseconds taken{};
        std::string failure; ///< why there is no response; empty on success
    };

    /// Connects within five seconds, with a context by TLS. Throws Poco::Exception on failure.
    explicit DemonstrationClient(const Poco::Net::SocketAddress& proxy, TlsContext* tls = nullptr);

    /// Sends the line with a line feed added, and waits at most five seconds for the response.
    Answer ask(const std::string& line);

    /// The local port of the connection.
    [[nodiscard]] std::uint16_t port() const { return _port; }

private:
    std::string readLine();

    WaitingTransport _connection;
    std::uint16_t _port;
    std::string _received;
};

} // namespace proximux
