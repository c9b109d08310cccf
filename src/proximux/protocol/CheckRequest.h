#pragma once

#include <proximux/protocol/Traits.h>

#include <string>

namespace proximux
{

/// A request of ours that does no harm: whether a target answers it says whether it works.
struct CheckRequest
{
    std::string bytes;
    RequestTraits traits;
    bool needsDialect = false; ///< a connection that speaks another dialect of the protocol cannot take it
};

/// What has come of asking for a check on an open connection.
enum class CheckStart
{
    asked,        ///< its end is told
    busy,         ///< no connection to the target is idle
    noConnection, ///< there is none to the target
};

} // namespace proximux
