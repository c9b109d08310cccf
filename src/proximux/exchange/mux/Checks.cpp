#include <proximux/exchange/mux/Checks.h>

#include <proximux/exchange/mux/Mux.h>

#include <algorithm>
#include <utility>

namespace proximux
{

Instant Checks::heardFrom(std::size_t target) const
{
    Instant last;
    for (const auto& lane : _mux.lanes.all())
        if (_mux.lanes.isInUse(*lane) && lane->proven && _mux.pool.targetOf(lane->number) == target)
            last = std::max(last, lane->lastByte);
    return last;
}

CheckStart Checks::begin(std::size_t target, const CheckRequest& request, Instant now)
{
    bool connected = false;
    for (const auto& lane : _mux.lanes.all())
    {
        if (!lane->target.isValid() || _mux.pool.targetOf(lane->number) != target)
            continue;
        if (!mayTake(*lane, request))
        {
            connected = true;
            continue;
        }
        if (!_mux.sending.isSilent(*lane, now))
            continue; // it is closed
        send(*lane, request, now);
        return CheckStart::asked;
    }
    return connected ? CheckStart::busy : CheckStart::noConnection;
}

bool Checks::mayTake(const Lane& lane, const CheckRequest& request) const
{
    if (_mux.pool.state(lane.number) != LanePool::State::idle || !_mux.policy.choice.isAtRest(lane) ||
        (lane.ids != nullptr && !lane.ids->hasFree()))
        return false;
    return !request.needsDialect || lane.dialect == 0 || lane.dialect == request.traits.dialect;
}

void Checks::send(Lane& lane, const CheckRequest& check, Instant now)
{
    Request& request = _mux.sending.sendOwn(lane, check.traits, now);
    request.check = true;
    request.size = check.bytes.size();
    _mux.records.giveId(lane, request, now);
    if (check.needsDialect)
        lane.dialect = check.traits.dialect;
    std::string bytes = check.bytes;
    if (lane.ids != nullptr)
        writeNumber(request.id, &bytes[_mux.settings.requestId->offset], _mux.settings.requestId->width,
                    _mux.settings.requestId->order);
    _checks.push_back({_mux.pool.targetOf(lane.number), &request, {}});
    lane.waiting = _mux.effects.toTarget(lane.target, bytes);
    _mux.lanes.pause(lane, now);
    _mux.lanes.updateLoad(lane);
    _mux.lanes.armResponse(lane, now);
}

void Checks::end(std::size_t target, Instant now)
{
    const auto found =
        std::find_if(_checks.begin(), _checks.end(), [target](const Check& check) { return check.target == target; });
    if (found == _checks.end())
        return;
    Lane* lane = found->request->lane;
    _checks.erase(found); // whoever asks knows how it ended
    _mux.lanes.close(*lane, CloseReason::responseTimeout, How::abort, now);
}

void Checks::received(const Request& request, Bytes bytes)
{
    const auto found = std::find_if(_checks.begin(), _checks.end(),
                                    [&request](const Check& check) { return check.request == &request; });
    if (found != _checks.end() && found->response.size() < Protocol::MAX_PROOF)
        found->response.append(bytes.substr(0, Protocol::MAX_PROOF - found->response.size()));
}

void Checks::ended(const Request& request, bool lost)
{
    const auto found = std::find_if(_checks.begin(), _checks.end(),
                                    [&request](const Check& check) { return check.request == &request; });
    if (found == _checks.end())
        return;
    const Check check = std::move(*found);
    _checks.erase(found);
    _mux.effects.checkEnded(check.target, lost, check.response);
}

} // namespace proximux
