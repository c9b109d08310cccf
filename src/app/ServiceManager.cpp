#include <app/ServiceManager.h>

#include <proximux/config/Values.h>
#include <proximux/net/Sockets.h>

#include <Poco/Environment.h>
#include <Poco/Process.h>

#include <chrono>

namespace proximux
{

namespace
{

constexpr int FIRST_PASSED = 3; ///< SD_LISTEN_FDS_START
constexpr Duration ONE_SECOND = Duration::seconds(1);
constexpr Duration MARGIN = Duration::seconds(5);

constexpr const char* VARIABLES[] = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
                                     "LISTEN_FDS",    "LISTEN_PID",    "LISTEN_FDNAMES"};

std::string ofThisProcess(const char* variable)
{
    return Poco::Environment::get(variable, std::string());
}

bool isProcess(const std::string& text, long pid)
{
    return values::integer(text) == pid;
}

/// Microseconds of the clock that systemd compares with (CLOCK_MONOTONIC).
std::string monotonicTime()
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

} // namespace

ServiceManager::ServiceManager()
    : ServiceManager(&ofThisProcess, static_cast<long>(Poco::Process::id()))
{
    for (const char* variable : VARIABLES)
        NotifySocket::forget(variable);
}

ServiceManager::ServiceManager(const Environment& environment, long pid)
    : _notifications(environment("NOTIFY_SOCKET"))
{
    takeSockets(environment, pid);
    takeWatchdog(environment, pid);
}

void ServiceManager::takeSockets(const Environment& environment, long pid)
{
    const auto number = values::integer(environment("LISTEN_FDS"));
    if (!number || *number < 1 || !isProcess(environment("LISTEN_PID"), pid))
        return;
    if (*number > 1)
    {
        _passed.mistakes.push_back("LISTEN_FDS = " + std::to_string(*number) +
                                   ": the service manager passed several sockets; expected one ListenStream=");
        return;
    }
    const auto address = sockets::listeningAddress(FIRST_PASSED);
    if (address)
        _passed = {FIRST_PASSED, {address->host().toString(), address->port()}, {}};
    else
        _passed.mistakes.emplace_back("LISTEN_FDS = 1: the service manager passed something other than a listening TCP "
                                      "socket; expected ListenStream= with a port, and Accept=no");
}

void ServiceManager::takeWatchdog(const Environment& environment, long pid)
{
    const std::string whose = environment("WATCHDOG_PID");
    const auto limit = values::integer(environment("WATCHDOG_USEC"));
    if (limit && *limit > 0 && (whose.empty() || isProcess(whose, pid)))
        _watchdog = Duration::microseconds(*limit / 3 + 1);
}

void ServiceManager::ready(const std::string& status)
{
    _status = status;
    _notifications.send("READY=1\nSTATUS=" + status);
}

void ServiceManager::reloading() const
{
    // since version 257 systemd waits for ever for a reload without its time
    _notifications.send("RELOADING=1\nMONOTONIC_USEC=" + monotonicTime() + "\nSTATUS=Reloading");
}

void ServiceManager::reloaded(const std::string& refused) const
{
    _notifications.send("READY=1\nSTATUS=" + _status + (refused.empty() ? "" : " (reload refused: " + refused + ")"));
}

void ServiceManager::draining(Duration limit) const
{
    std::string message = "STOPPING=1\nSTATUS=Draining";
    if (!limit.isOff())
        message += ": clients have up to " + std::to_string((limit.us + ONE_SECOND.us - 1) / ONE_SECOND.us) +
                   " s\nEXTEND_TIMEOUT_USEC=" + std::to_string(limit.us + MARGIN.us);
    _notifications.send(message);
}

void ServiceManager::stopping() const
{
    _notifications.send("STOPPING=1\nSTATUS=Stopping");
}

void ServiceManager::alive() const
{
    _notifications.send("WATCHDOG=1");
}

} // namespace proximux
