#pragma once

#include <proximux/exchange/mux/State.h>

namespace proximux
{

struct Mux;

/// Answers requests of a target's own (ResponseTraits::Kind::request) on its connection; they reach no client.
///
/// No reply is sent in the midst of a client's request, nor while the target does not read. A target that announces the
/// end of its connection gets the reply when nothing is in flight any more; then the lane is closed.
class TargetRequests
{
public:
    /// It must outlive it.
    explicit TargetRequests(Mux& mux)
        : _mux(mux)
    {
    }

    /// A request with these traits has come on the lane. Returns false where the lane is closed then.
    bool answer(Lane& lane, const ResponseTraits& traits, Instant now);

    /// Sends the replies that are owed, if they can be sent now. Returns false where the lane is closed then.
    bool pay(Lane& lane, Instant now);

private:
    Mux& _mux;
};

} // namespace proximux
