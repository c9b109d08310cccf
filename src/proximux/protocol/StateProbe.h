#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <string>

namespace proximux
{

/// Asks a target, on a connection at rest, which state of its session is still there. No input makes it throw.
class StateProbe
{
public:
    enum class State
    {
        more,    ///< undecided: more bytes are needed
        known,   ///< `reasons` are those which are still there
        unknown, ///< the target does not say it
        broken   ///< what came is no answer: the connection is of no use
    };

    struct Step
    {
        State state = State::more;
        std::size_t taken = 0; ///< bytes; the rest is shown again, with more
        unsigned reasons = 0;  ///< pins::
        std::string passes;    ///< of what was taken, messages for the client
    };

    StateProbe() = default;
    StateProbe(const StateProbe&) = delete;
    StateProbe& operator=(const StateProbe&) = delete;
    virtual ~StateProbe() = default;

    /// Fixed text.
    [[nodiscard]] virtual Bytes question() const = 0;

    /// Bytes came from the target.
    virtual Step hear(Bytes came) = 0;
};

} // namespace proximux
