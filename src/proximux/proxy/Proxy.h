#pragma once

#include <proximux/config/Configuration.h>
#include <proximux/exchange/Exchange.h>
#include <proximux/protocol/Traits.h>
#include <proximux/proxy/Events.h>

#include <array>
#include <cstdint>
#include <memory>

namespace proximux
{

/// Counters of a running proxy, for status lines and tests. A snapshot; any thread.
struct Statistics
{
    std::uint64_t accepted = 0;   ///< clients accepted since start
    std::uint64_t dropped = 0;    ///< clients closed on arrival at local.max_connections
    std::uint64_t refused = 0;    ///< clients refused by a listener of `connected`, including the access list
    std::uint64_t failed = 0;     ///< clients closed because no target connection could be opened
    std::uint64_t current = 0;    ///< clients connected now
    std::uint64_t bytesIn = 0;    ///< from clients
    std::uint64_t bytesOut = 0;   ///< to clients
    std::uint64_t unknownIds = 0; ///< responses whose id matches no request

    /// Closed connections by reason: unsolicited bytes of a target, for example, are in
    /// targetsClosed[std::size_t(CloseReason::desync)].
    std::array<std::uint64_t, CLOSE_REASONS> clientsClosed{};
    std::array<std::uint64_t, CLOSE_REASONS> targetsClosed{};
    std::array<std::uint64_t, ties::COUNT> tied{};        ///< clients that were pinned to a connection, by reason
    std::array<std::uint64_t, ties::COUNT> tiesRefused{}; ///< clients whose pin was refused, by reason
};

/// The facade: a listening socket, its reactors, an exchange and a pool, made from one validated configuration.
///
///     auto proxy = Proxy(configuration);
///     proxy.events().connected += Poco::delegate(&guard, &Guard::onConnected);
///     proxy.start();
///     ...
///     proxy.drain();
///     proxy.wait();
///
/// Construct, start and destroy it in one thread; call drain(), stop(), wait() and statistics() from any thread. Add
/// listeners before start(), or later from any thread.
class Proxy
{
public:
    explicit Proxy(std::shared_ptr<const Configuration> configuration);

    /// Stops at once if it is still running.
    ~Proxy();

    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// Listens and serves in its own threads. Throws Poco::IOException, with the address and the reason in its message,
    /// if the system refuses.
    void start();

    /// Stops listening, closes each client once it is idle, and ends when the last one is gone or at
    /// shutdown.drain_timeout. Returns at once.
    void drain();

    /// Stops at once, without finishing requests. Returns at once.
    void stop();

    /// Waits until it has ended.
    void wait();

    /// The port it listens on; 0 before start().
    [[nodiscard]] std::uint16_t port() const;

    [[nodiscard]] Statistics statistics() const;

    Events& events();

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace proximux
