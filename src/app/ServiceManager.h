#pragma once

#include <app/NotifySocket.h>
#include <proximux/Endpoint.h>
#include <proximux/Instant.h>

#include <functional>
#include <string>
#include <vector>

namespace proximux
{

/// The listening socket that the service manager passed in, if it did.
struct PassedSocket
{
    int descriptor = -1;               ///< -1: none
    Endpoint endpoint;                 ///< the address it listens on
    std::vector<std::string> mistakes; ///< why what was passed in cannot be used, one line each

    /// Whether there is one.
    explicit operator bool() const { return descriptor >= 0; }
};

/// The service manager that started this process, by the protocol of systemd: notifications (sd_notify(3)), a watchdog
/// (sd_watchdog_enabled(3)) and a listening socket (sd_listen_fds(3)). Without a service manager every notification has
/// no effect.
///
/// The order of notifications: ready(), then reloading() and reloaded() any number of times, then draining(), then
/// stopping().
/// Construct it before any thread exists; notify from any thread.
class ServiceManager
{
public:
    using Environment = std::function<std::string(const char* variable)>;

    /// Reads the environment of this process and removes what was read, so that no other process takes it for its own.
    ServiceManager();

    /// As if the variables had these values in the process `pid`.
    ServiceManager(const Environment& environment, long pid);

    [[nodiscard]] const PassedSocket& socket() const { return _passed; }

    /// Interval at which alive() is due, a third of what the service manager allows; off: it has no watchdog.
    [[nodiscard]] Duration watchdogInterval() const { return _watchdog; }

    /// The program serves. status: one line about it.
    void ready(const std::string& status);

    /// A reload has begun.
    void reloading() const;

    /// What the program serves now; told with the next notification. Call it between reloading() and reloaded().
    void serves(const std::string& status) { _status = status; }

    /// It has ended. refused: why the program serves as before; empty: it was applied.
    void reloaded(const std::string& refused) const;

    /// The program lets clients finish, for `limit` at most; off: without a limit of its own, so that the service
    /// manager's applies.
    void draining(Duration limit) const;

    /// The program ends at once.
    void stopping() const;

    /// The watchdog's question was answered.
    void alive() const;

private:
    void takeSockets(const Environment& environment, long pid);
    void takeWatchdog(const Environment& environment, long pid);

    NotifySocket _notifications;
    PassedSocket _passed;
    Duration _watchdog = Duration::off();
    std::string _status; ///< since ready(), or the last reload
};

} // namespace proximux
