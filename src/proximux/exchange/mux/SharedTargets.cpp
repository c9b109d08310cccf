// SharedExchange: what is kept of a target over all of its connections: ids, and which of its parts answer.

#include <proximux/exchange/mux/SharedExchange.h>

namespace proximux
{

void SharedExchange::knowTarget(Lane& lane, std::size_t parts, std::size_t idWidth)
{
    const std::size_t number = _pool.targetOf(lane.number);
    if (number >= _targets.size())
        _targets.resize(number + 1);
    if (!_targets[number])
        _targets[number] = std::make_unique<TargetState>();
    TargetState& target = *_targets[number];
    if (_settings.byId && !target.ids)
    {
        Identifiers::Settings settings;
        settings.width = idWidth;
        settings.most = _lanes.size() * _settings.pipeline + _settings.optional;
        settings.reuse = _settings.idReuse;
        settings.seed = _random.next();
        target.ids = std::make_unique<Identifiers>(settings);
    }
    if (parts > 0 && _settings.partPause > Duration{0} && !target.parts)
        target.parts = std::make_unique<PartHealth>(parts, _settings.partPause);
    lane.ids = target.ids.get();
    lane.parts = target.parts.get();
}

// ------------------------------------------------------------------------------------------------ ids

bool SharedExchange::mayHaveId(const Lane& lane, const Request& request)
{
    if (lane.ids == nullptr)
        return true;
    if (request.traits.keepsId)
        return lane.ids->mayClaim(request.theirId);
    return lane.ids->hasFree();
}

void SharedExchange::giveId(Lane& lane, Request& request, Instant now)
{
    request.id = request.theirId;
    if (lane.ids == nullptr)
        return;
    if (request.traits.keepsId)
        lane.ids->claim(request.id, request);
    else
        request.id = lane.ids->take(request, now);
    _idsShort = _idsShort || !lane.ids->hasFree();
}

/// Ids that were reserved may be free again, and somebody may wait for one.
void SharedExchange::restoreIds(Instant now)
{
    _idsShort = false;
    for (const auto& target : _targets)
    {
        if (!target || !target->ids)
            continue;
        _pumpAll = _pumpAll || target->ids->nextFree() <= now;
        target->ids->restore(now);
        _idsShort = _idsShort || !target->ids->hasFree();
    }
}

// ------------------------------------------------------------------------------------------------ parts

/// Whether no target connection would be asked for it: the request fails at once.
bool SharedExchange::isSilent(const Request& request, Instant now) const
{
    if (request.traits.part == 0)
        return false;
    for (const auto& lane : _lanes)
    {
        const std::size_t number = _pool.targetOf(lane->number);
        const TargetState* target = number < _targets.size() ? _targets[number].get() : nullptr;
        if (target == nullptr || !target->parts || !target->parts->isSilent(request.traits.part, now))
            return false;
    }
    return true;
}

void SharedExchange::partTimedOut(Request& request, Instant now)
{
    Lane& lane = *request.lane;
    if (lane.parts == nullptr || request.traits.part == 0 || request.begun)
        return;
    const Duration pause = lane.parts->timedOut(request.traits.part, request.trial, request.sentAt, now);
    request.trial = false;
    if (pause > Duration{0})
        _wiring.partSilent(lane.target, nameOfPart(request.traits.part), pause);
}

/// The request leaves its lane. An answer that came too late says nothing of how the next will be. A client that did
/// not wait until the end of the response timeout shows a silent part, too, if it waited for long.
void SharedExchange::leavePart(const Lane& lane, Request& request, bool answered, Instant now)
{
    if (lane.parts == nullptr || request.traits.part == 0)
        return;
    if (answered && !request.overdue && lane.parts->answered(request.traits.part, now))
        _wiring.partAnswers(lane.target, nameOfPart(request.traits.part));
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
