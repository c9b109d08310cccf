#pragma once

#include <proximux/protocol/mysql/Effects.h>

#include <optional>
#include <string>

namespace proximux::mysql
{

/// Why a statement is refused.
struct Refusal
{
    const char* reason; ///< for the log
    std::string text;
    unsigned code = 1235;
    Bytes state = "42000";
};

/// Why a statement with these effects is refused, whatever the session is; nothing: it is not.
std::optional<Refusal> refusalOf(const Effects& effects);

/// Why one is refused that leaves state behind, where no connection can be its client's alone.
Refusal refusalOfTies();

} // namespace proximux::mysql
