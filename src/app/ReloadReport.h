#pragma once

#include <proximux/Proxy.h>

#include <exception>
#include <string>

namespace proximux
{

/// An exception in words; of the system's calls the system's text alone.
std::string describe(const std::exception& exception);

/// Logs what a reload has done: what has changed, at level 2, or each mistake, at level 1. what: "Reloaded".
void logReload(const char* what, const ReloadResult& result);

} // namespace proximux
