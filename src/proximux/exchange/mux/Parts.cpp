// Multiplexer: parts of a target that are silent; see TargetRecords.

#include <proximux/exchange/mux/Multiplexer.h>

namespace proximux
{

void Multiplexer::partTimedOut(Request& request, Instant now)
{
    Lane& lane = *request.lane;
    if (lane.parts == nullptr || request.traits.part == 0 || request.begun)
        return;
    const Duration pause = lane.parts->timedOut(request.traits.part, request.trial, request.sentAt, now);
    request.trial = false;
    if (pause > Duration{0})
        _effects.partSilent(lane.target, nameOfPart(request.traits.part), pause);
}

/// The request leaves its lane. An answer that came too late says nothing of how the next will be. A client that did
/// not wait until the end of the response timeout shows a silent part, too, if it waited for long.
void Multiplexer::leavePart(const Lane& lane, Request& request, bool answered, Instant now)
{
    if (lane.parts == nullptr || request.traits.part == 0)
        return;
    if (answered && !request.overdue && lane.parts->answered(request.traits.part, now))
        _effects.partAnswers(lane.target, nameOfPart(request.traits.part));
    const Duration enough{_settings.responseTimeout.us / 3};
    const bool waited =
        request.client == nullptr && !_settings.responseTimeout.isOff() && request.sentAt + enough <= now;
    if (!answered && waited && !request.overdue)
        partTimedOut(request, now);
    if (request.trial)
        lane.parts->trialLost(request.traits.part);
    request.trial = false;
}

} // namespace proximux
