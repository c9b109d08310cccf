#pragma once

#include <proximux/exchange/mux/MessagePolicy.h>

namespace proximux
{

struct Mux;
class Fences;

/// Has a target speak the dialect of the request that is sent next (RequestTraits::dialect, Protocol::changeTo). The
/// first change on a connection is sent alone, with a marker behind it, and must be proven; later ones stand in the
/// pipeline before the request.
///
///     first:  [change][marker] ... proven ... [request]      refused: whatever needs this dialect fails
///     later:  [request 1][change][request 2]                 refused: the connection is closed
class Dialects
{
public:
    /// All of them must outlive it.
    Dialects(Mux& mux, const Protocol& protocol, Fences& fences)
        : _mux(mux)
        , _protocol(protocol)
        , _fences(fences)
    {
    }

    /// A connection is open.
    void prepare(Lane& lane) const;

    /// A request is about to be sent on this lane, which is quiet where it must be.
    Readiness bring(Lane& lane, Request& request, Instant now);

    /// A request that changes the dialect was answered. done: the target speaks it now.
    static void settle(Lane& lane, const Request& request, bool done);

private:
    void ask(Lane& lane, unsigned dialect, const DialectChange& change, bool known, Instant now);

    Mux& _mux;
    const Protocol& _protocol;
    Fences& _fences;
};

} // namespace proximux
