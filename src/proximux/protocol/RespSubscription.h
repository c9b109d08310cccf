#pragma once

#include <proximux/protocol/RespCommand.h>
#include <proximux/protocol/Traits.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proximux
{

/// Counts the subscriptions of a client, and the replies that it is owed, exactly. Only when both are none may others
/// have its connection.
///
/// That works as long as the client asks for nothing but (P)SUBSCRIBE, (P)UNSUBSCRIBE and PING. Each name has a
/// confirmation; UNSUBSCRIBE without names has one for each subscription, or one where there is none; PING has one
/// reply; an error answers a whole command. What is published has a shape of its own, which a publisher can't choose.
/// Any other command could have any reply (EVAL), or leave another state behind: it keeps the connection with its
/// client for good.
class RespSubscription
{
public:
    /// The client has no subscription yet.
    void begin();

    /// It asks for this.
    void asked(RespEffect effect, Bytes request);

    /// The connection stays with the client, whatever comes.
    void keep() { _lasting = true; }

    /// The target sent this. Returns true when nothing more is subscribed or owed.
    bool told(const Notice& notice);

private:
    /// Commands whose replies are still to come, as long as they are counted.
    static constexpr std::size_t MOST = 256;

    struct Asked
    {
        enum class Kind
        {
            begin, ///< subscriptions
            end,   ///< subscriptions
            all,   ///< end of all of one kind
            other  ///< one reply
        };

        Kind kind;
        char of;             ///< as in Notice
        std::size_t replies; ///< to come; all: not known
    };

    bool take(const Notice& notice);
    bool confirm(Asked& asked, const Notice& notice);

    std::vector<Asked> _asked; ///< oldest first
    std::int64_t _channels = 0;
    std::int64_t _patterns = 0;
    bool _begun = false;   ///< a reply to the oldest came, and more are to come
    bool _lasting = false; ///< nothing is counted any more
};

} // namespace proximux
