#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/ThreadPool.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace proximux
{

/// The demonstration's target: echoes every line after a delay, on a free loopback port. Construct, start and destroy
/// it in one thread.
class EchoTarget
{
public:
    /// Listens, but neither serves clients nor starts a thread yet. Throws Poco::IOException if the system refuses.
    explicit EchoTarget(std::chrono::milliseconds delay);

    /// Closes all connections as well.
    ~EchoTarget();

    EchoTarget(const EchoTarget&) = delete;
    EchoTarget& operator=(const EchoTarget&) = delete;

    /// Starts to serve, with one thread per connection.
    void start();

    [[nodiscard]] std::uint16_t port() const { return _socket.address().port(); }
    [[nodiscard]] std::chrono::milliseconds delay() const { return _delay; }

private:
    std::chrono::milliseconds _delay;
    std::atomic<bool> _ending{false};
    Poco::Net::ServerSocket _socket;
    std::unique_ptr<Poco::ThreadPool> _threads;
    std::unique_ptr<Poco::Net::TCPServer> _server;
};

} // namespace proximux
