#include <proximux/exchange/mux/Orphans.h>

#include <algorithm>

namespace proximux
{

namespace
{

using Pipeline = List<Request, &Request::place>;

/// Those that have left cause as many reconnects as so many clients may.
constexpr std::int64_t DEPARTURES = 10;

/// The oldest on the lane for whose answer somebody waits, or null.
const Request* oldestAwaited(const Lane& lane)
{
    const Request* request = lane.pipeline.first();
    while (request != nullptr && request->client == nullptr)
        request = Pipeline::next(*request);
    return request;
}

/// Whether the lane is busy with what is for nobody.
bool isSwallowing(const Lane& lane)
{
    const Request* present = lane.ids != nullptr ? lane.answered : lane.pipeline.first();
    return present != nullptr && present->is(Transaction::orphaned) && lane.heldFor == nullptr;
}

} // namespace

Orphans::Orphans(const MultiplexerSettings& settings)
    : _limit(settings.abandonLimit)
    , _timeout(settings.abandonTimeout)
    , _departures(DEPARTURES * settings.reconnects)
{
}

void Orphans::change(const MultiplexerSettings& settings)
{
    _limit = settings.abandonLimit;
    _timeout = settings.abandonTimeout;
    _departures = TokenBucket(DEPARTURES * settings.reconnects);
}

void Orphans::add(Request& request, bool optional)
{
    request.move(Transaction::orphaned);
    ++request.lane->orphans.requests;
    ++_requests;
    request.lane->orphans.owed += optional ? 0 : 1;
}

void Orphans::remove(Request& request, bool optional)
{
    if (!request.is(Transaction::orphaned))
        return;
    OrphanState& state = request.lane->orphans;
    --state.requests;
    --_requests;
    state.owed -= optional ? 0 : 1;
    state.forgotten -= request.forgotten ? 1 : 0;
    request.forgotten = false;
    DeadlineList::disarm(request.queue);
}

void Orphans::forget(Request& request)
{
    request.forgotten = true;
    ++request.lane->orphans.forgotten;
}

void Orphans::leave(Lane& lane)
{
    if (lane.orphans.since != Instant::never())
        --_swallowing;
    lane.orphans.since = Instant::never();
}

bool Orphans::delaysOthers(const Lane& lane)
{
    return isSwallowing(lane) && oldestAwaited(lane) != nullptr;
}

void Orphans::setSwallowing(Lane& lane, bool swallowing, Instant now)
{
    if (swallowing == (lane.orphans.since != Instant::never()))
        return;
    lane.orphans.time = swallowed(lane, now);
    lane.orphans.since = swallowing ? now : Instant::never();
    if (swallowing)
        ++_swallowing;
    else
        --_swallowing;
}

Duration Orphans::swallowed(const Lane& lane, Instant now)
{
    const bool running = lane.orphans.since != Instant::never();
    return {lane.orphans.time.us + (running ? now - lane.orphans.since : Duration{0}).us};
}

Instant Orphans::until(const Lane& lane) const
{
    const Request* waits = lane.orphans.since != Instant::never() ? oldestAwaited(lane) : nullptr;
    if (waits == nullptr || _timeout.isOff())
        return Instant::never();
    return {lane.orphans.since.us + _timeout.us - lane.orphans.time.us + waits->swallowedTime.us};
}

Instant Orphans::next(const LaneList& lanes) const
{
    Instant next = Instant::never();
    if (_swallowing > 0)
        for (const auto& lane : lanes)
            next = std::min(next, until(*lane));
    return next;
}

bool Orphans::isFlooded(const Lane& lane) const
{
    const Request* waits = isSwallowing(lane) ? oldestAwaited(lane) : nullptr;
    return waits != nullptr && lane.orphans.bytes - waits->swallowedBytes > _limit;
}

bool Orphans::isLeft(const Lane& lane)
{
    if (lane.ids != nullptr && lane.ids->areScarce())
        return false; // their answers bring the ids back
    if (!lane.pipeline.isEmpty() && lane.pipeline.first()->traits.awaited)
        return false; // until it is answered, or overdue
    return lane.orphans.owed > 0 && lane.orphans.requests + lane.abandoned == lane.pipeline.size();
}

} // namespace proximux
