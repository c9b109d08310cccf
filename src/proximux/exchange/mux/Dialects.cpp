#include <proximux/exchange/mux/Dialects.h>

#include <proximux/exchange/mux/Fences.h>
#include <proximux/exchange/mux/Mux.h>

namespace proximux
{

void Dialects::prepare(Lane& lane) const
{
    lane.dialect = _protocol.firstDialect();
    lane.spoken = lane.dialect == 0 ? 0 : dialectBit(lane.dialect);
}

Readiness Dialects::bring(Lane& lane, Request& request, Instant now)
{
    const unsigned wanted = request.traits.dialect;
    request.turnsLane = false; // it may have been sent before, on another connection
    if (lane.dialect == wanted || lane.dialect == 0 || lane.pin.pushes)
        return Readiness::ready;
    const DialectChange change = _protocol.changeTo(wanted);
    if (change.request.empty())
        return Readiness::fixed;
    const bool known = (lane.spoken & dialectBit(wanted)) != 0;
    if (request.traits.switches)
    {
        request.turnsLane = known; // else it is fenced, and the target has to prove it
        return Readiness::ready;
    }
    if ((lane.refused & dialectBit(wanted)) != 0)
        return Readiness::refused;
    ask(lane, wanted, change, known, now);
    return known && _mux.settings.pipeline > 1 ? Readiness::ready : Readiness::asked;
}

void Dialects::ask(Lane& lane, unsigned dialect, const DialectChange& change, bool known, Instant now)
{
    RequestTraits traits;
    traits.swallowed = traits.switches = true;
    traits.dialect = dialect;
    traits.proof = change.proof;
    traits.fenced = !known;
    if (!known)
        _fences.make(lane, traits);
    _mux.sending.sendOwn(lane, traits, now).turnsLane = known;
    lane.waiting = _mux.effects.toTarget(lane.target, change.request);
    if (known)
        lane.dialect = dialect;
    else
        _fences.send(lane);
    _mux.lanes.updateLoad(lane);
}

void Dialects::settle(Lane& lane, const Request& request, bool done)
{
    const unsigned dialect = request.traits.dialect;
    (done ? lane.spoken : lane.refused) |= dialectBit(dialect);
    if (!done)
        return;
    if (request.traits.fenced)
        lane.dialect = dialect; // else it was known when it was sent, and others may have changed it since
    if (request.client != nullptr)
        request.client->conversation->switched(dialect);
}

} // namespace proximux
