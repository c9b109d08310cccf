#pragma once

#include <app/LogSink.h>

#include <array>
#include <memory>

namespace proximux
{

/// Opens the system's log: syslog as a daemon, or the event log on Windows. Returns a sink for each level of
/// `log.level`, at [level - 1].
std::array<std::shared_ptr<LogSink>, 3> openSystemLog();

} // namespace proximux
