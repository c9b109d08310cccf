#pragma once

#include <proximux/Statistics.h>

#include <string>
#include <string_view>

namespace proximux
{

struct ConnectError;

/// The kind of a failed attempt to connect.
ConnectFailure kindOf(const ConnectError& error);

// Names as in a label.
const char* toString(ConnectFailure failure);
const char* toString(RequestOutcome outcome);
const char* toString(TlsReason reason);

/// A name as in a label: "halfCloseTimeout" and "half close timeout" become "half_close_timeout".
std::string snakeCase(std::string_view name);

} // namespace proximux
