#pragma once

#include <proximux/exchange/mux/State.h>

namespace proximux
{

struct Mux;

/// Ends responses whose end nobody knows: behind the request goes a marker, a request of ours, and everything before
/// the marker's answer is the response, byte for byte (Protocol::makeFence).
class Fences
{
public:
    /// Both must outlive it.
    Fences(Mux& mux, const Protocol& protocol)
        : _mux(mux)
        , _protocol(protocol)
    {
    }

    /// Makes the marker that ends the response to a request with these traits on the lane.
    void make(Lane& lane, const RequestTraits& traits);

    /// Sends it. Its answer has no deadline of its own: the target owes it as a part of the response.
    void send(Lane& lane);

    /// Everything that the target still says before a marker comes back is discarded, and until then nobody else gets
    /// the lane.
    void put(Lane& lane, Instant now);

    /// Whether what comes next on the lane ends by a marker.
    [[nodiscard]] static bool isFenced(const Lane& lane);

    /// Takes what came. The end of it may be the beginning of the marker's answer and stays in the input. Returns
    /// whether the response has ended.
    bool take(Lane& lane, Instant now);

private:
    Mux& _mux;
    const Protocol& _protocol;
};

} // namespace proximux
