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

/// The demonstration's target: sends every line back after a while. On a free loopback port. Constructed, started and
/// destroyed in one thread.
class EchoTarget
{
public:
    /// Listens, serves nobody yet, and has no thread yet. Throws Poco::IOException where the system refuses.
    explicit EchoTarget(std::chrono::milliseconds delay);

    /// Ends also what is still connected.
    ~EchoTarget();

    EchoTarget(const EchoTarget&) = delete;
    EchoTarget& operator=(const EchoTarget&) = delete;

    /// Serves, each connection in a thread of its own.
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
