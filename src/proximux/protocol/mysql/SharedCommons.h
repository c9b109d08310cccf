#pragma once

#include <proximux/protocol/ConversationSettings.h>
#include <proximux/protocol/mysql/Handshake.h>

#include <optional>

namespace proximux::mysql
{

/// What clients that share connections have in common.
struct SharedCommons : ConversationCommons
{
    std::optional<Greeting> target; ///< what a target has said last of itself
};

} // namespace proximux::mysql
