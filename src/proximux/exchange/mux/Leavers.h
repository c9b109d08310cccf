#pragma once

#include <proximux/exchange/mux/State.h>

namespace proximux
{

struct Mux;

/// What still answers clients that have left, and the lanes that are left because of it; see Orphans.
class Leavers
{
public:
    explicit Leavers(Mux& mux)
        : _mux(mux)
    {
    }

    /// The client of a request in flight has gone: what answers it is for nobody.
    void leave(Request& request, Instant now);

    /// A connection that is asked for nothing but what is for nobody is reset at once, so that its target learns of it.
    /// Where that happens too often, as somebody may wish, it has the time that it has with others behind.
    void leaveLanes(Instant now);

    /// The client that had this connection alone has left: nobody inherits its state.
    void endPinned(Lane& lane, Instant now);

    /// Returns whether the lane is closed, because of what came for nobody, or because nothing but that is to come.
    bool leaveFlooded(Lane& lane, Instant now);
    void expire(Instant now);

private:
    void overdue(Request& request, Instant now);
    void leaveIfForNobody(Lane& lane, Instant now);
    void leaveLane(Lane& lane, Instant now);
    bool stop(Lane& lane, Instant now);

    Mux& _mux;
};

} // namespace proximux
