#pragma once

#include <proximux/protocol/Traits.h>
#include <proximux/protocol/resp/Command.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proximux::resp
{

/// Counts the subscriptions and the open replies of a client exactly. Others may use its connection only when both are
/// zero.
///
/// This works as long as the client sends only (P)SUBSCRIBE, (P)UNSUBSCRIBE and PING. Each name gets one confirmation;
/// UNSUBSCRIBE without names gets one for each subscription of its kind, or one if there is none; PING gets one reply;
/// an error answers a whole command. Published messages have a form of their own, which a publisher cannot choose. Any
/// other command could have any reply (EVAL) or change the state: after it, the client keeps the connection for good.
///
/// In RESP3, what is no reply has a form of its own (a push). So other commands are allowed if they change no state and
/// have one reply; and CLIENT TRACKING counts as a subscription from its OK until that of CLIENT TRACKING OFF.
class Subscription
{
public:
    /// Starts to count for a client without subscriptions.
    void begin();

    /// The client sent this command.
    void asked(Effect effect, Bytes request, bool isResp3);

    /// Stops counting: the client keeps the connection until it leaves.
    void keep() { _lasting = true; }

    /// The target sent this message. Returns true when no subscription and no open reply remains.
    bool told(const Notice& notice);

private:
    /// Maximum number of counted commands with open replies.
    static constexpr std::size_t MOST = 256;

    struct Asked
    {
        enum class Kind
        {
            begin,   ///< subscriptions
            end,     ///< subscriptions
            all,     ///< ends all subscriptions of one kind
            track,   ///< CLIENT TRACKING ON: one reply
            untrack, ///< CLIENT TRACKING OFF: one reply
            other    ///< one reply
        };

        Kind kind;
        char of;             ///< as in Notice
        std::size_t replies; ///< still to come; all: unknown
    };

    static bool isCounted(Effect effect, Bytes request, bool isResp3);
    static Asked::Kind plain(Effect effect, Bytes request);
    bool take(const Notice& notice);
    bool confirm(Asked& asked, const Notice& notice);

    std::vector<Asked> _asked; ///< oldest first
    std::int64_t _channels = 0;
    std::int64_t _patterns = 0;
    bool _tracks = false; ///< CLIENT TRACKING
    bool _resp3 = false;
    bool _begun = false;   ///< the oldest has some, but not all of its replies
    bool _lasting = false; ///< counting has stopped
};

} // namespace proximux::resp
