#include <proximux/exchange/mux/TargetRequests.h>

#include <proximux/exchange/mux/Mux.h>

#include <utility>

namespace proximux
{

bool TargetRequests::answer(Lane& lane, const ResponseTraits& traits, Instant now)
{
    lane.owed += traits.reply;
    lane.ending = lane.ending || traits.closesTarget;
    _mux.lanes.updateLoad(lane);
    return pay(lane, now);
}

/// A target that asks and does not read would have us keep more and more.
bool TargetRequests::pay(Lane& lane, Instant now)
{
    const bool isDone = lane.ending && lane.pipeline.isEmpty();
    if (!lane.owed.empty() && lane.waiting == 0 && lane.streaming == nullptr && (isDone || !lane.ending))
    {
        lane.waiting = _mux.effects.toTarget(lane.target, std::exchange(lane.owed, std::string()));
        _mux.lanes.updateLoad(lane);
    }
    const bool isTooMuch = lane.owed.size() > _mux.settings.responseBuffer;
    if (isDone || isTooMuch)
        _mux.lanes.close(lane, isDone ? CloseReason::targetEnded : CloseReason::desync,
                         isDone ? How::finish : How::abort, now);
    return !isDone && !isTooMuch;
}

} // namespace proximux
