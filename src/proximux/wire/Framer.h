#pragma once

#include <proximux/Bytes.h>

#include <cstddef>

namespace proximux
{

/// Finds where messages end. Works on bytes alone: feed() gets the input in pieces of any size, one message after the
/// other.
///
/// It looks at each byte that it takes once, allocates nothing, and rejects an overlong message as early as possible.
/// No input makes it throw.
class Framer
{
public:
    struct Progress
    {
        enum class Kind
        {
            partial,  ///< the message goes on
            header,   ///< its header is complete and more follows; reported at most once a message, by protocols that
                      ///< need it
            flush,    ///< the message goes on, and what came of it is to be passed on, for its sender waits
            complete, ///< the bytes taken are its last; the next byte begins another
            malformed ///< not a message of this protocol; the framer must not be used again
        };

        Kind kind = Kind::partial;
        std::size_t taken =
            0; ///< input bytes that belong to this message; 0 with partial: call again with these bytes and more
        const char* reason = ""; ///< malformed: fixed text, safe to log
    };

    virtual ~Framer() = default;

    /// Examines the bytes that follow those taken so far. One call never takes bytes of two messages.
    virtual Progress feed(Bytes input) = 0;

    /// The message that was completed last goes on: what answered it asks for more.
    virtual void resume() {}

    /// The rest of the present message is not needed. True: what was taken of it ends where the receiver can read
    /// another one, and the next byte begins one. False: the rest must still be taken.
    virtual bool leave() { return false; }

    /// Whether what was taken of the present message may be passed on before the rest comes: it ends where its receiver
    /// can act on it.
    [[nodiscard]] virtual bool mayPass() const { return false; }

    /// There is no room for what feed() wants to see at once. True: it takes that in pieces.
    virtual bool cut() { return false; }

    /// Whether the message that was completed last has a response, in protocols where only all of its bytes tell that.
    [[nodiscard]] virtual bool isAnswered() const { return true; }
};

} // namespace proximux
