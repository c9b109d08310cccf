#pragma once

#include <app/LogSink.h>

#include <array>
#include <memory>

namespace proximux
{

/// The system's own log: syslog, as a daemon, or the event log on Windows. A sink for each level of `log.level`, at
/// [level - 1].
std::array<std::shared_ptr<LogSink>, 3> openSystemLog();

} // namespace proximux
