#include <proximux/exchange/mux/FramedChoice.h>

#include <proximux/exchange/mux/Mux.h>
#include <proximux/exchange/mux/Users.h>

namespace proximux
{

namespace
{

bool needsPin(const Request& request)
{
    return request.traits.pins != 0 && !Pinning::isTied(*request.client);
}

} // namespace

/// The only lane that keeps the order of the client's requests; null: any does. What has no response may still be
/// unread until a later request on its lane was answered.
Lane* FramedChoice::boundTo(const Client& client) const
{
    if (client.inFlight > 0)
        return client.lane;
    Lane* lane = client.after.isValid() ? _mux.lanes.find(client.after) : nullptr;
    return lane != nullptr && lane->pin.client == nullptr ? lane : nullptr;
}

bool FramedChoice::mayUse(const Lane& lane, const Request& request) const
{
    if (request.traits.keepsId && !TargetRecords::mayHaveId(lane, request))
        return false; // its id is in use, and the others need not wait for it
    if (isAsked(lane, request) || (request.traits.stops != 0 && !_mux.cancels.maySay(lane, request)))
        return false;
    const Client& client = *request.client;
    if (client.pin.lane != nullptr)
        return client.pin.lane == &lane && (!needsPin(request) || _mux.pinning.mayPin());
    if (lane.pin.client != nullptr)
        return false;
    if (_mux.pool.isOutgoing(lane.number))
        return false; // it ends as soon as all is answered that is on it
    if (Repeats::isSuspect(request) && lane.proven && (_mux.opening.opensMore() || !_mux.pool.isLiving(lane.number)))
        return false; // a new one is to come; and one that could not be replaced is not given up
    if (needsPin(request))
        return client.inFlight == 0 && _mux.pinning.mayPin();
    const Lane* bound = boundTo(client);
    if (bound != nullptr && bound != &lane)
        return false;
    return bound != nullptr || Users::fits(lane, request) || lane.pipeline.isEmpty() || !isUserThere(request);
}

/// Whether another lane is being made ready for this request: one is enough.
bool FramedChoice::isAsked(const Lane& lane, const Request& request) const
{
    if (!request.asked.isValid() || request.asked == lane.target)
        return false;
    const Lane* asked = _mux.lanes.find(request.asked);
    return asked != nullptr && asked->login != nullptr;
}

/// Whether a lane belongs to the user of this request, which need not take one from another user then.
bool FramedChoice::isUserThere(const Request& request) const
{
    for (const auto& lane : _mux.lanes.all())
        if (_mux.lanes.isInUse(*lane) && lane->pin.client == nullptr && Users::isOf(*lane, request))
            return true;
    return false;
}

bool FramedChoice::isUnproven(const Lane& lane, const RequestTraits& traits)
{
    return (traits.proof & ~lane.proofs) != 0;
}

bool FramedChoice::needsRest(const Lane& lane, const Request& request) const
{
    const unsigned dialect = request.traits.dialect;
    const bool turns = ((lane.spoken | lane.refused) & dialectBit(dialect)) != 0 && _mux.settings.pipeline > 1;
    const bool other = lane.dialect != 0 && lane.dialect != dialect && !turns;
    // answered in any order, what begins a state and what ends one must not overtake each other
    const bool inTurn = lane.ids != nullptr && (request.traits.pins | request.traits.frees) != 0;
    const bool alone = !request.whole || !Users::fits(lane, request) || needsPin(request);
    return alone || isUnproven(lane, request.traits) || request.traits.pushes || request.traits.isAlone() || other ||
           inTurn;
}

bool FramedChoice::hasRoom(const Lane& lane, const Request& request) const
{
    if (lane.waiting > 0 || lane.pin.leaving || lane.streaming != nullptr)
        return false;
    if (lane.cancel != 0 || lane.speaks)
        return false; // what is to stop another request may come late; what came is read first
    if (lane.ending || !TargetRecords::mayHaveId(lane, request))
        return false;
    if (request.client->pin.lane != nullptr && needsPin(request) && !_mux.pinning.mayPin())
        return false;
    if (needsRest(lane, request))
        return lane.pipeline.isEmpty() || Lanes::isForsaken(lane);
    if (Lanes::isTaken(lane))
        return false;
    if (lane.ids != nullptr && lane.pipeline.size() >= _mux.settings.pipeline + _mux.settings.optional)
        return false;
    return lane.load() < _mux.settings.pipeline;
}

Lane* FramedChoice::choose(const Request& request, Instant now) const
{
    const Client& client = *request.client;
    if (client.pin.lane != nullptr)
        return client.pin.lane;
    if (needsPin(request) && (client.inFlight > 0 || !_mux.pinning.mayPin()))
        return nullptr;
    if (Lane* bound = boundTo(client))
        return bound;
    if (request.traits.user != nullptr)
        return forUser(request, now);
    const std::size_t idle = _mux.pool.idle();
    if (idle != LanePool::NONE)
        return withId(idle, request);
    if (_mux.pool.hasClosed() && _mux.pool.retryAt(now) <= now)
        return nullptr;
    if (!request.whole || needsPin(request))
        return forsaken();
    const std::size_t least = _mux.pool.leastLoaded();
    return least == LanePool::NONE ? nullptr : withId(least, request);
}

/// The lower the better.
FramedChoice::Rank FramedChoice::rankOf(const Lane& lane, const Request& request, Instant now) const
{
    const bool own = Users::isOf(lane, request);
    if (!lane.pipeline.isEmpty())
        return own ? Rank::busy : Rank::others;
    if (own && request.traits.home != 0 && Users::isHome(lane, *request.client))
        return Rank::home;
    if (own)
        return Rank::own;
    if (lane.user == nullptr)
        return Rank::nobodys;
    if (Users::isRelated(lane, request))
        return Rank::related;
    return lane.lastByte + _mux.settings.switchDelay <= now ? Rank::unused : Rank::others;
}

/// Whether there is no room on it for any request: most lanes of a busy pool, which are passed over first.
bool FramedChoice::isFull(const Lane& lane) const
{
    return !lane.pipeline.isEmpty() && !Lanes::isForsaken(lane) && lane.load() >= _mux.settings.pipeline;
}

/// Null, too: it waits for one that is to be opened.
Lane* FramedChoice::forUser(const Request& request, Instant now) const
{
    Lane* best = nullptr;
    Rank found = _mux.pool.hasClosed() && _mux.pool.retryAt(now) <= now ? Rank::closed : Rank::none;
    for (const auto& lane : _mux.lanes.all())
    {
        if (isFull(*lane) || !_mux.lanes.isInUse(*lane) || !mayUse(*lane, request) || !hasRoom(*lane, request))
            continue;
        const Rank rank = rankOf(*lane, request, now);
        if (rank >= found)
            continue;
        best = lane.get();
        found = rank;
    }
    return best;
}

/// This one; where its target has no id left for the request, one of another target.
Lane* FramedChoice::withId(std::size_t place, const Request& request) const
{
    if (TargetRecords::mayHaveId(_mux.lanes.at(place), request))
        return &_mux.lanes.at(place);
    for (std::size_t i = 0; i < _mux.pool.size(); ++i)
        if (_mux.lanes.isInUse(_mux.lanes.at(i)) && mayUse(_mux.lanes.at(i), request) &&
            hasRoom(_mux.lanes.at(i), request))
            return &_mux.lanes.at(i);
    return nullptr;
}

/// One that is of no use to others either, as long as this request waits.
Lane* FramedChoice::forsaken() const
{
    for (std::size_t i = 0; i < _mux.pool.size(); ++i)
        if (_mux.lanes.isInUse(_mux.lanes.at(i)) && Lanes::isForsaken(_mux.lanes.at(i)) && !_mux.pool.isOutgoing(i))
            return &_mux.lanes.at(i);
    return nullptr;
}

bool FramedChoice::wantsConnection(const Request& request) const
{
    const Client& client = *request.client;
    if (client.pin.lane != nullptr || (needsPin(request) && !_mux.pinning.mayPin()))
        return false;
    return boundTo(client) == nullptr;
}

bool FramedChoice::isAtRest(const Lane& lane) const
{
    return lane.pipeline.isEmpty() && lane.pin.client == nullptr;
}

} // namespace proximux
