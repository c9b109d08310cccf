#pragma once

#include <proximux/exchange/mux/State.h>

#include <string>

namespace proximux
{

struct Mux;

/// Pins that are idle while others wait (exchange.tie_idle_timeout), and requests that wait for a pin in vain
/// (exchange.tie_timeout).
class PinExpiry
{
public:
    explicit PinExpiry(Mux& mux)
        : _mux(mux)
    {
    }

    /// Something passed between the pinned client, if there is one, and its target; or the pin has just begun.
    void isUsed(Lane& lane, Instant now);

    /// Ends the pin that has been idle for longest first, and as many as are needed.
    void endIdle(Instant now);
    void expire(Instant now);

    /// Whether a pinned lane can be left without cutting anything off: nothing is in flight, and no message is under
    /// way. Of a tunnel nobody can tell.
    [[nodiscard]] static bool isBetweenMessages(const Lane& lane);

    /// Its client gets an error where one can be told, with this text, and is closed.
    void end(Lane& lane, CloseReason reason, const char* why, Instant now);

    /// Why the present request gets no pin.
    [[nodiscard]] const std::string& why() const { return _why; }

private:
    [[nodiscard]] bool othersWait(Instant now) const;

    Mux& _mux;
    std::string _why;
};

} // namespace proximux
