#pragma once

#include <optional>
#include <string>

namespace proximux
{

/// Tells the process that was asked for a daemon whether the daemon could start, so that a failure has the exit code
/// and the message that it has in the foreground.
///
///     asked for --daemon --detach()--> child, which becomes the daemon --succeeded() or failed()--> pipe
///            |                                                                                       |
///            +--- waits, ends with the exit code <---------------------------------------------------+
///
/// Used in one thread. Without detach(), or where there are no daemons, it does nothing.
class DaemonStart
{
public:
    DaemonStart() = default;
    ~DaemonStart();

    DaemonStart(const DaemonStart&) = delete;
    DaemonStart& operator=(const DaemonStart&) = delete;

    /// Whether this system has daemons, and so the options --daemon, --pidfile and --umask.
    static bool isAvailable();

    /// Forks; call it before any thread exists. In the child it returns nothing. In the parent it waits until the child
    /// has reported or ended, prints the message of a failure on stderr, and returns the exit code. Throws
    /// Poco::IOException if the system refuses.
    std::optional<int> detach();

    /// Reports to the parent; only the first report counts.
    void succeeded();
    void failed(int exitCode, const std::string& message);

    /// Whether a parent waits for a report.
    [[nodiscard]] bool isAwaited() const { return _report >= 0; }

private:
    void report(int exitCode, const std::string& message);

    int _report = -1; ///< the pipe to the parent
};

} // namespace proximux
