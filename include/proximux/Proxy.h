#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Statistics.h>

#include <cstdint>
#include <memory>

namespace proximux
{

class ProxyInspector;

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
    /// Throws Poco::InvalidArgumentException for null: a LoadResult with mistakes has no configuration.
    explicit Proxy(std::shared_ptr<const Configuration> configuration);

    /// Stops at once if it is still running.
    ~Proxy();

    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// Listens and serves in its own threads. Throws Poco::IOException, with the address and the reason in its message,
    /// if the system refuses.
    void start();

    /// As start(), on a TCP socket that listens already, such as one that systemd passed in. Takes ownership of the
    /// descriptor. The socket's address and backlog apply instead of those of the configuration.
    void startOn(int listener);

    /// After shutdown.delay: stops listening, closes each client once it is idle, and ends when the last one is gone or
    /// at shutdown.drain_timeout. Returns at once.
    void drain();

    /// Stops at once, without finishing requests. Returns at once.
    void stop();

    /// Waits until it has ended.
    void wait();

    /// The port it listens on; 0 before start().
    [[nodiscard]] std::uint16_t port() const;

    [[nodiscard]] Statistics statistics() const;

    /// Whether every reactor has run since the last call, or has ended; true at the first call. For a watchdog, which
    /// calls it at intervals from one thread, after start(). Does not wait.
    [[nodiscard]] bool isResponsive();

    Events& events();

    /// For the admin port of the program; its header is not installed. Any thread.
    ProxyInspector& inspector();

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace proximux
