#pragma once

#include <proximux/exchange/mux/State.h>

namespace proximux
{

struct Mux;

/// Asks a target to end a connection on which it pushes: whatever comes until then, it owes to the client that is
/// pinned there (Protocol::farewell).
class Farewells
{
public:
    /// Both must outlive it.
    Farewells(Mux& mux, const Protocol& protocol)
        : _mux(mux)
        , _protocol(protocol)
    {
    }

    /// Asks for the end, once. On a connection that nobody has alone nothing is owed: it is at rest, and its place is
    /// free when the target has ended it, or after pool.connect_timeout.
    void ask(Lane& lane, Instant now);

    /// What came on the way there. What comes last may be the answer to the farewell and is kept.
    void deliverButLast(Lane& lane, Bytes bytes, Instant now);

    /// The end has come: all is answered, and what we had to say behind it can be said.
    void answered(Lane& lane, Instant now);

private:
    Mux& _mux;
    const Protocol& _protocol;
};

} // namespace proximux
