#pragma once

#include <proximux/wire/Bytes.h>

#include <cstddef>

namespace proximux
{

/// Says where messages end. Knows bytes only: fed with what came, in pieces of any size, one message after the other.
///
/// Each byte that it takes it looks at once. It allocates nothing, and refuses a message that is too long as soon as
/// it can know. Nothing that a peer sends makes it throw.
class Framer
{
public:
    struct Progress
    {
        enum class Kind
        {
            partial,  ///< the message goes on
            header,   ///< its header is whole, and more of it is to come; at most once a message, where it matters
            complete, ///< the bytes taken are its last; the next byte begins another
            malformed ///< no message of this protocol; the framer is of no use any more
        };

        Kind kind = Kind::partial;
        std::size_t taken =
            0; ///< bytes of the input that belong to this message; 0 with partial: show me these and more
        const char* reason = ""; ///< malformed: fixed text, safe to log
    };

    virtual ~Framer() = default;

    /// Looks at the bytes behind those taken so far. Never takes bytes of two messages in one call.
    virtual Progress feed(Bytes input) = 0;
};

} // namespace proximux
