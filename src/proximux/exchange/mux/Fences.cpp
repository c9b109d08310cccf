#include <proximux/exchange/mux/Fences.h>

#include <proximux/exchange/mux/Dialects.h>
#include <proximux/exchange/mux/Mux.h>
#include <proximux/exchange/mux/Users.h>

#include <algorithm>
#include <cassert>

namespace proximux
{

void Fences::make(Lane& lane, const RequestTraits& traits)
{
    assert(lane.fence.answer.empty() && !lane.ids);
    lane.fence = _protocol.makeFence(traits.dialect, _mux.random);
    assert(!lane.fence.answer.empty());
}

/// Its answer has no deadline of its own: the target owes it as a part of the response.
void Fences::send(Lane& lane)
{
    lane.waiting = _mux.effects.toTarget(lane.target, lane.fence.request);
    _mux.lanes.updateLoad(lane);
}

/// Everything that the target still says before the marker comes back is discarded, and until then nobody else gets
/// the lane.
void Fences::put(Lane& lane, Instant now)
{
    RequestTraits traits;
    traits.fenced = true;
    traits.dialect = lane.dialect;
    make(lane, traits);
    _mux.sending.sendOwn(lane, traits, now);
    send(lane);
}

bool Fences::isFenced(const Lane& lane)
{
    return !lane.pin.pushes && !lane.pipeline.isEmpty() && lane.pipeline.first()->traits.fenced;
}

/// All bytes before the marker's answer are the response, whatever they look like. The end of what came may be the
/// beginning of that answer and stays in the input. Returns whether the response has ended.
bool Fences::take(Lane& lane, Instant now)
{
    Request& request = *lane.pipeline.first();
    const Bytes came = lane.input.waiting();
    const Fence::Place place = lane.fence.find(came);
    if (place.before > 0)
    {
        lane.answered = &request;
        lane.inMessage = true;
        _mux.repeats.dropCopy(request);
        if (request.traits.proof != 0 && lane.fence.seen.size() <= Protocol::MAX_PROOF)
            lane.fence.seen.append(came.substr(0, std::min(place.before, Protocol::MAX_PROOF + 1)));
        _mux.answers.deliver(lane, request, came.substr(0, place.before), nullptr, now);
        lane.input.consume(place.before);
    }
    if (!place.whole)
    {
        _mux.lanes.armResponse(lane, now);
        return false;
    }
    const bool proven = request.traits.proof != 0 && _protocol.proves(request.traits.proof, lane.fence.seen);
    lane.proofs |= proven ? request.traits.proof : 0;
    if (request.traits.switches)
        Dialects::settle(lane, request, proven);
    if (request.traits.signsIn)
    {
        const bool refused = lane.fence.seen.substr(0, 1) == "-";
        Users::settle(lane, request, proven);
        lane.spent = lane.spent || (!proven && !refused); // nobody knows whose it is
    }
    lane.input.consume(lane.fence.answer.size());
    lane.fence.clear();
    lane.inMessage = false;
    _mux.answers.finish(lane, request, now);
    return true;
}

} // namespace proximux
