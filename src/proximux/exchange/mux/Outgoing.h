#pragma once

#include <proximux/exchange/mux/State.h>

namespace proximux
{

struct Mux;

/// Lanes whose connection is outgoing (LanePool), after a reload, with their age, or because their target is avoided:
/// they serve nobody new, and are left as soon as nothing needs them.
class Outgoing
{
public:
    /// The parts must outlive it.
    explicit Outgoing(Mux& mux)
        : _mux(mux)
    {
    }

    /// It is used from now on.
    void begin(Lane& lane, Instant now);

    /// The pool has other places, or other connections are outgoing; and other settings are in force.
    void reconfigure(Instant now);

    /// Other targets are avoided: connections to those are outgoing, too. They may be needed for as long as they like,
    /// but for those to targets that an administrator has closed: a pin does not keep them.
    void review(Instant now);

    /// Closes those that nothing needs any more.
    void leave(Instant now);

    /// Closes those that were needed for shutdown.drain_timeout.
    void expire(Instant now);

private:
    void armAgain(Lane& lane, Instant now);
    void leave(Lane& lane, Instant now);
    [[nodiscard]] CloseReason reasonFor(const Lane& lane) const;
    [[nodiscard]] How partingFrom(const Lane& lane) const;

    Mux& _mux;
};

} // namespace proximux
