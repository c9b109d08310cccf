#pragma once

#include <proximux/Bytes.h>

#include <cstdint>
#include <optional>
#include <string>

namespace proximux::mysql
{

/// What OK or EOF says of a session that is tracked.
struct SessionReport
{
    std::uint64_t status = 0;
    std::uint64_t inserted = 0;   ///< the id of the row that was inserted last; 0: none
    bool hasMessages = false;     ///< there are warnings
    bool hasChanged = false;      ///< something of the session is not as it was
    bool hasOtherMeaning = false; ///< that may be what a text means
    std::string payload;          ///< the same for a client that does not track
    std::string tracked; ///< OK: for one that tracks, as if the session had the target's usual settings for that
};

/// payload: OK as it is with CLIENT_SESSION_TRACK. Nothing: it is invalid.
std::optional<SessionReport> readOk(Bytes payload);

/// Likewise, EOF.
std::optional<SessionReport> readEof(Bytes payload);

} // namespace proximux::mysql
