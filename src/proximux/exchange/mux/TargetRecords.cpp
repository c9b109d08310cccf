#include <proximux/exchange/mux/TargetRecords.h>

#include <algorithm>

namespace proximux
{

void TargetRecords::reconfigure(std::size_t lanes, const std::vector<std::size_t>& fresh)
{
    _lanes = lanes;
    for (const std::size_t target : fresh)
        if (target < _records.size())
            _records[target].reset();
}

void TargetRecords::attach(Lane& lane, std::size_t target, std::size_t parts, std::size_t idWidth, Random& random)
{
    if (target >= _records.size())
        _records.resize(target + 1);
    if (!_records[target])
        _records[target] = std::make_unique<Record>();
    Record& record = *_records[target];
    if (idWidth > 0 && !record.ids)
    {
        Identifiers::Settings settings;
        settings.width = idWidth;
        settings.most = _lanes * _settings.pipeline + _settings.optional;
        settings.reuse = _settings.idReuse;
        settings.seed = random.next();
        record.ids = std::make_unique<Identifiers>(settings);
    }
    if (parts > 0 && _settings.partPause > Duration{0} && !record.parts)
        record.parts = std::make_unique<PartHealth>(parts, _settings.partPause);
    lane.ids = record.ids.get();
    lane.parts = record.parts.get();
}

// ------------------------------------------------------------------------------------------------ ids

bool TargetRecords::mayHaveId(const Lane& lane, const Request& request)
{
    if (lane.ids == nullptr)
        return true;
    if (request.traits.keepsId)
        return lane.ids->mayClaim(request.theirId);
    return lane.ids->hasFree();
}

void TargetRecords::giveId(Lane& lane, Request& request, Instant now)
{
    request.id = request.theirId;
    if (lane.ids == nullptr)
        return;
    if (request.traits.keepsId)
        lane.ids->claim(request.id, request);
    else
        request.id = lane.ids->take(request, now);
    _short = _short || !lane.ids->hasFree();
}

/// Where ids are scarce, those of requests that may never be answered are not reserved.
void TargetRecords::takeId(Lane& lane, const Request& request, bool answered, Instant now)
{
    if (lane.ids == nullptr)
        return;
    if (answered || (request.traits.optional && lane.ids->areScarce()))
        lane.ids->answered(request.id);
    else
        lane.ids->lost(request.id, now);
}

bool TargetRecords::restoreIds(Instant now)
{
    bool restored = false;
    _short = false;
    for (const auto& record : _records)
    {
        if (!record || !record->ids)
            continue;
        restored = restored || record->ids->nextFree() <= now;
        record->ids->restore(now);
        _short = _short || !record->ids->hasFree();
    }
    return restored;
}

Instant TargetRecords::nextFreeId() const
{
    Instant next = Instant::never();
    for (const auto& record : _records)
        if (record && record->ids)
            next = std::min(next, record->ids->nextFree());
    return next;
}

// ------------------------------------------------------------------------------------------------ parts

bool TargetRecords::isSilent(unsigned part, const LanePool& pool, Instant now) const
{
    if (part == 0)
        return false;
    for (std::size_t lane = 0; lane < pool.size(); ++lane)
    {
        const std::size_t target = pool.targetOf(lane);
        const Record* record = target < _records.size() ? _records[target].get() : nullptr;
        if (record == nullptr || !record->parts || !record->parts->isSilent(part, now))
            return false;
    }
    return true;
}

} // namespace proximux
