#pragma once

#include <proximux/Instant.h>

#include <functional>

namespace proximux
{

/// The program as a service of Windows: the service control manager starts the process, is told its states, and asks it
/// to end. Elsewhere no process is a service, and nobody is told.
///
///     run() --> start pending --serving()--> running --stopping()--> stop pending --the program returns--> stopped
class ServiceControl
{
public:
    /// Runs the program, as a service if the service control manager has started this process. Relative paths of a
    /// service are relative to the folder of the system-wide configuration file. Returns the program's exit code, which
    /// a service reports as well: 0 as no error, others as an error of its own. Call it in the main thread, once.
    static int run(const std::function<int()>& program);

    /// Whether this process is a service. It has no standard streams: what goes to standard error is in the event log.
    static bool isService();

    /// The program serves. Any thread.
    static void serving();

    /// The program ends within this time; off: it has no limit. Any thread.
    static void stopping(Duration limit);
};

} // namespace proximux
