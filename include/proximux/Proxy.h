#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Statistics.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

struct ListeningSocket;

/// The result of Proxy::reload().
struct ReloadResult
{
    std::vector<std::string> mistakes; ///< why nothing was applied, one line each
    std::vector<std::string> changed;  ///< what was applied, such as "log.level" or "target 10.0.0.5:3306 added"
    std::uint64_t clients = 0;         ///< that are connected, all of which stay
};

/// A reload of which all that can fail is done; see Proxy::prepare().
struct PreparedReload
{
    std::vector<std::string> mistakes; ///< why it cannot be applied, one line each
    std::vector<std::string> changed;  ///< as in ReloadResult
    std::shared_ptr<const Configuration> configuration;
    std::vector<std::shared_ptr<ListeningSocket>> listeners; ///< of a new address; empty: it stays where it is
};

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
/// Construct, start and destroy it in one thread; call reload(), drain(), stop(), wait() and statistics() from any
/// thread. Add listeners before start(), or later from any thread.
class Proxy
{
public:
    /// Throws Poco::InvalidArgumentException for null: a LoadResult with mistakes has no configuration; and for a
    /// hand-made one with TLS whose files cannot be used.
    explicit Proxy(std::shared_ptr<const Configuration> configuration);

    /// Stops at once if it is still running.
    ~Proxy();

    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// Listens and serves in its own threads. Throws Poco::IOException, with the address and the reason in its message,
    /// if the system refuses.
    void start();

    /// Listens, while clients wait to be accepted until start(). So several servers can be started together or not at
    /// all. Throws as start() does.
    void listen();

    /// As start(), on a TCP or UNIX socket that listens already, such as one that systemd passed in. Takes ownership of
    /// the descriptor. The socket's address and backlog apply instead of those of the configuration.
    void startOn(int listener);

    /// Puts another configuration in force, as a whole or not at all. Clients stay connected; a target that is there no
    /// more is used by nobody new, and its connections end as soon as nothing needs them, at the latest after
    /// shutdown.drain_timeout. What the table of settings says to need a restart is a mistake if it differs, and so is
    /// a new listening address that cannot be used. The settings of the log that concern its destination (log.level,
    /// log.format, log.file) are the host program's to apply.
    ///
    /// Waits until all reactors have applied it. Any thread but theirs, after start(); calls wait for each other.
    /// Throws Poco::InvalidArgumentException for null.
    ReloadResult reload(std::shared_ptr<const Configuration> configuration);

    /// The first half of reload(): does all that can fail, and changes nothing. Several servers can so be reloaded
    /// together or not at all.
    PreparedReload prepare(std::shared_ptr<const Configuration> configuration);

    /// The second half, for what prepare() has made without mistakes. Returns how many clients stay.
    std::uint64_t apply(const PreparedReload& prepared);

    /// After shutdown.delay: stops listening, closes each client once it is idle, and ends when the last one is gone or
    /// at shutdown.drain_timeout. Returns at once.
    void drain();

    /// As drain(), without shutdown.delay: this server ends, but not the process.
    void retire();

    /// Stops at once, without finishing requests. Returns at once.
    void stop();

    /// Waits until it has ended.
    void wait();

    /// The port it listens on; 0 before start(), and on a UNIX socket.
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
