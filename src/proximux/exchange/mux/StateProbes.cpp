#include <proximux/exchange/mux/StateProbes.h>

#include <proximux/exchange/mux/Mux.h>

#include <utility>

namespace proximux
{

/// Not while it is pinned for another reason, too, which it keeps in any case.
void StateProbes::begin(Lane& lane, const Client& client, unsigned reasons, Instant now)
{
    if (client.pin.lane != &lane || (client.pin.reasons & ~reasons) != 0 || client.state != Client::State::open ||
        !lane.pipeline.isEmpty())
        return;
    lane.unasked = lane.cancel != 0 ? reasons : 0;
    if (lane.cancel != 0)
        return;
    lane.probe = _protocol.makeStateProbe();
    if (lane.probe == nullptr)
        return;
    RequestTraits traits;
    traits.swallowed = traits.alone = true;
    _mux.sending.sendOwn(lane, traits, now);
    _mux.timers.signIn.arm(lane.signIn, now);
    lane.waiting = _mux.effects.toTarget(lane.target, lane.probe->question());
    _mux.lanes.updateLoad(lane);
}

void StateProbes::goOn(Lane& lane, Instant now)
{
    const unsigned reasons = std::exchange(lane.unasked, 0);
    if (reasons != 0 && lane.pin.client != nullptr)
        begin(lane, *lane.pin.client, reasons, now);
}

bool StateProbes::hear(Lane& lane, unsigned& ended, Instant now)
{
    using State = StateProbe::State;
    const StateProbe::Step step = lane.probe->hear(lane.input.waiting());
    lane.input.consume(step.taken);
    if (!step.passes.empty() && lane.pin.client != nullptr)
        _mux.answers.deliver(lane, *lane.pin.client, step.passes, now);
    if (step.state == State::more)
        return true;
    if (step.state == State::broken)
    {
        _mux.lanes.close(lane, CloseReason::malformedResponse, How::abort, now);
        return false;
    }
    lane.probe.reset();
    DeadlineList::disarm(lane.signIn);
    _mux.answers.finish(lane, *lane.pipeline.first(), now);
    ended = step.state == State::known ? ~step.reasons : 0;
    return true;
}

} // namespace proximux
