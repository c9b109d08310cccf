#pragma once

#include <proximux/protocol/RespCommand.h>
#include <proximux/protocol/Traits.h>

#include <cstddef>
#include <vector>

namespace proximux
{

/// Knows when a client that gets what is pushed gets nothing more: when it has no subscription and all that it asked
/// for is answered. Only then may others have its connection.
///
/// UNSUBSCRIBE of n names is answered n times. Without names it is answered once for each that there was, or once
/// where there was none: with the last of all, or with none of its kind, that has an end. What else a subscriber may
/// ask for is known to be answered when an answer to UNSUBSCRIBE behind it comes.
class RespSubscription
{
public:
    /// The client has no subscription yet.
    void begin();

    /// It asks for this.
    void asked(RespEffect effect, Bytes request);

    /// The target said so. Whether that was all.
    bool told(const Unsubscribed& what);

private:
    static constexpr std::size_t MOST = 32;
    static constexpr char OTHER = 0;

    struct Asked
    {
        char kind;           ///< u: UNSUBSCRIBE, p: PUNSUBSCRIBE, or another command
        std::size_t answers; ///< that are to come; 0: as many as there are subscriptions
    };

    void add(char kind, std::size_t answers);

    std::vector<Asked> _asked; ///< and not known to be answered, oldest first
    bool _lasting = false;     ///< there is more to its state, or too much to be known: it ends with its connection
};

} // namespace proximux
