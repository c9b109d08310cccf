#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace proximux
{

/// How a user can talk to a server that answers lines, with what this system has: a text for each way, the easiest
/// first. At least one works on a fresh system.
std::vector<std::string> waysToTalk(const std::string& host, std::uint16_t port);

} // namespace proximux
