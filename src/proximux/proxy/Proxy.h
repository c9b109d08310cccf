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

/// Numbers of a running proxy, for a status line and for tests. A moment's picture; any thread.
struct Statistics
{
    std::uint64_t accepted = 0;   ///< clients since the start
    std::uint64_t dropped = 0;    ///< turned away because of local.max_connections
    std::uint64_t refused = 0;    ///< by a listener of `connected`, the access list among them
    std::uint64_t failed = 0;     ///< clients for whom no target connection could be had
    std::uint64_t current = 0;    ///< pairs whose sockets are not all closed
    std::uint64_t bytesIn = 0;    ///< from clients
    std::uint64_t bytesOut = 0;   ///< to clients
    std::uint64_t unknownIds = 0; ///< responses of targets that no request was waiting for

    /// Connections that were closed, by the reason: what a target sent unasked, say, is
    /// targetsClosed[std::size_t(CloseReason::desync)].
    std::array<std::uint64_t, CLOSE_REASONS> clientsClosed{};
    std::array<std::uint64_t, CLOSE_REASONS> targetsClosed{};
    std::array<std::uint64_t, ties::COUNT> tied{};        ///< clients that had a connection alone, by the reason
    std::array<std::uint64_t, ties::COUNT> tiesRefused{}; ///< and that were refused one
};

/// The facade: a listening socket, its reactors, an exchange and a pool, made from one checked configuration.
///
///     auto proxy = Proxy(configuration);
///     proxy.events().connected += Poco::delegate(&guard, &Guard::onConnected);
///     proxy.start();
///     ...
///     proxy.drain();
///     proxy.wait();
///
/// Constructed, started and destroyed in one thread; drain(), stop(), wait(), statistics() from any. Listeners are
/// added before start() or from any thread later.
class Proxy
{
public:
    explicit Proxy(std::shared_ptr<const Configuration> configuration);

    /// Stops at once where it still runs.
    ~Proxy();

    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// Listens and serves in threads of its own. Throws Poco::IOException, with the address and the reason in its
    /// message, where the system refuses.
    void start();

    /// Stops listening, lets what is under way finish within shutdown.drain_timeout, then ends. Returns at once.
    void drain();

    /// Ends at once. Returns at once.
    void stop();

    /// Returns when it has ended.
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
