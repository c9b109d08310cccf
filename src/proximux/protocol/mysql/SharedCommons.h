#pragma once

#include <proximux/protocol/ConversationSettings.h>
#include <proximux/protocol/mysql/Handshake.h>

#include <cstdint>
#include <optional>

namespace proximux::mysql
{

/// What clients that share connections have in common.
struct SharedCommons : ConversationCommons
{
    std::optional<Greeting> target; ///< what a target has said last of itself
    std::uint64_t told = 0;         ///< how often a session was told what it has inserted last
    std::uint64_t statements = 0;   ///< that clients have prepared
};

} // namespace proximux::mysql
