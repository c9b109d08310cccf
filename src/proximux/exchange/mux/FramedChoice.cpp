// FramedExchange: which lane serves a request.

#include <proximux/exchange/mux/FramedExchange.h>

namespace proximux
{

namespace
{

bool needsPin(const Request& request)
{
    return request.traits.pins != 0 && request.client->pin.lane == nullptr;
}

} // namespace

bool FramedExchange::mayUse(const Lane& lane, const Request& request) const
{
    if (request.traits.keepsId && !TargetRecords::mayHaveId(lane, request))
        return false; // its id is in use, and the others need not wait for it
    const Client& client = *request.client;
    if (client.pin.lane != nullptr)
        return client.pin.lane == &lane;
    if (lane.pin.client != nullptr)
        return false;
    if (isSuspect(request) && lane.proven && (opensMore() || !pool().isLiving(lane.number)))
        return false; // a new one is to come; and one that could not be replaced is not given up
    if (needsPin(request))
        return client.inFlight == 0 && mayPin();
    return client.inFlight == 0 || client.lane == &lane;
}

bool FramedExchange::isUnproven(const Lane& lane, const RequestTraits& traits)
{
    return (traits.proof & ~lane.proofs) != 0;
}

bool FramedExchange::needsRest(const Lane& lane, const Request& request) const
{
    const bool other = lane.dialect != 0 && lane.dialect != request.traits.dialect;
    // answered in any order, what begins a state and what ends one must not overtake each other
    const bool turns = lane.ids != nullptr && (request.traits.pins | request.traits.frees) != 0;
    const bool alone = !request.whole || needsPin(request);
    return alone || isUnproven(lane, request.traits) || request.traits.pushes || request.traits.isAlone() || other ||
           turns;
}

bool FramedExchange::hasRoom(const Lane& lane, const Request& request) const
{
    if (lane.waiting > 0 || lane.pin.leaving || lane.streaming != nullptr)
        return false;
    if (!TargetRecords::mayHaveId(lane, request))
        return false;
    if (needsRest(lane, request))
        return lane.pipeline.isEmpty() || isForsaken(lane);
    if (isTaken(lane))
        return false;
    if (lane.ids != nullptr && lane.pipeline.size() >= settings().pipeline + settings().optional)
        return false;
    return lane.load() < settings().pipeline;
}

/// An idle one; else one that is to be opened; else the one with the fewest requests, where it has room.
Lane* FramedExchange::choose(const Request& request, Instant now)
{
    const Client& client = *request.client;
    if (client.pin.lane != nullptr)
        return client.pin.lane;
    if (needsPin(request) && (client.inFlight > 0 || !mayPin()))
        return nullptr;
    if (client.inFlight > 0)
        return client.lane;
    const std::size_t idle = pool().idle();
    if (idle != LanePool::NONE)
        return withId(idle, request);
    if (pool().hasClosed() && pool().retryAt(now) <= now)
        return nullptr;
    if (!request.whole || needsPin(request))
        return forsaken();
    const std::size_t least = pool().leastLoaded();
    return least == LanePool::NONE ? nullptr : withId(least, request);
}

/// This one; where its target has no id left for the request, one of another target.
Lane* FramedExchange::withId(std::size_t place, const Request& request)
{
    if (TargetRecords::mayHaveId(lane(place), request))
        return &lane(place);
    for (std::size_t i = 0; i < pool().size(); ++i)
        if (isInUse(lane(i)) && mayUse(lane(i), request) && hasRoom(lane(i), request))
            return &lane(i);
    return nullptr;
}

/// One that is of no use to others either, as long as this request waits.
Lane* FramedExchange::forsaken()
{
    for (std::size_t i = 0; i < pool().size(); ++i)
        if (isInUse(lane(i)) && isForsaken(lane(i)))
            return &lane(i);
    return nullptr;
}

bool FramedExchange::wantsConnection(const Request& request) const
{
    const Client& client = *request.client;
    if (client.pin.lane != nullptr || (needsPin(request) && !mayPin()))
        return false;
    return client.inFlight == 0;
}

bool FramedExchange::isAtRest(const Lane& lane) const
{
    return lane.pipeline.isEmpty() && lane.pin.client == nullptr;
}

} // namespace proximux
