#pragma once

#include <proximux/exchange/mux/State.h>

namespace proximux
{

struct Mux;

/// Lanes after a reload: those whose connection is outgoing (LanePool) serve nobody new, and are left as soon as
/// nothing needs them.
class Outgoing
{
public:
    /// The parts must outlive it.
    explicit Outgoing(Mux& mux)
        : _mux(mux)
    {
    }

    /// The pool has other places, or other connections are outgoing; and other settings are in force.
    void reconfigure(Instant now);

    /// Health checks have found targets down, or up again: connections to those that are avoided are outgoing, too.
    /// They may be needed for as long as they like.
    void review(Instant now);

    /// Closes those that nothing needs any more.
    void leave(Instant now);

    /// Closes those that were needed for shutdown.drain_timeout.
    void expire(Instant now);

private:
    void armAgain(Lane& lane, Instant now);
    [[nodiscard]] CloseReason reasonFor(const Lane& lane) const;

    Mux& _mux;
};

} // namespace proximux
