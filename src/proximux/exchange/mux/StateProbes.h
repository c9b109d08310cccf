#pragma once

#include <proximux/exchange/mux/State.h>

namespace proximux
{

struct Mux;

/// A client that may have ended the state by which it is pinned has its lane asked whether that is so
/// (RequestTraits::probes), before anything else is sent there. Only what the target says ends a pin.
class StateProbes
{
public:
    /// All of them must outlive it.
    StateProbes(Mux& mux, const Protocol& protocol)
        : _mux(mux)
        , _protocol(protocol)
    {
    }

    /// A request of this client was answered that may have ended these reasons. What may still stop something on the
    /// lane is heard before it is asked.
    void begin(Lane& lane, const Client& client, unsigned reasons, Instant now);

    /// That was heard.
    void goOn(Lane& lane, Instant now);

    /// Bytes came on a lane that is being asked. Adds to `ended` which reasons have ended. False: the lane is closed
    /// then.
    bool hear(Lane& lane, unsigned& ended, Instant now);

private:
    Mux& _mux;
    const Protocol& _protocol;
};

} // namespace proximux
