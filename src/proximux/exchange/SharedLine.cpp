// SharedExchange: the line, and how a request comes out of it and ends.

#include <proximux/exchange/Mutants.h>
#include <proximux/exchange/SharedExchange.h>

#include <cassert>

namespace proximux
{

void SharedExchange::queue(SharedClient& client, std::size_t n, bool whole, Instant now)
{
    Request& request = makeRequest(client, now);
    request.size = n;
    request.whole = whole;
    const Bytes bytes = client.input.waiting().substr(client.queued, n);
    if (whole)
    {
        client.queued += n;
        client.partial = 0;
    }
    else
    {
        assert(client.queued == 0 && client.partial == n);
        client.large = &request;
    }
    request.tag = _wiring.requestCame(client.id, bytes, n);
    DeadlineList::disarm(client.idle);
    _queueing.arm(request.queue, now);
    if (_settings.fair && client.next != &request)
        return;
    _line.pushBack(request);
    serve(request, now);
}

void SharedExchange::sendOn(SharedClient& client, Request& request, std::size_t n, Instant now)
{
    Lane& lane = *client.lane;
    const Bytes bytes = client.input.waiting().substr(0, n);
    request.size += n;
    lane.waiting = _wiring.toTarget(lane.target, bytes);
    client.input.consume(n);
    account(client);
    if (client.pause.isArmed())
        _pause.arm(client.pause, now);
    armResponse(lane, now);
}

Request& SharedExchange::makeRequest(SharedClient& client, Instant now)
{
    if (_spare.empty())
        _spare.push_back(std::make_unique<Request>());
    Request& request = *_spare.back().release();
    _spare.pop_back();
    request.client = &client;
    request.came = now;
    client.requests.pushBack(request);
    if (client.next == nullptr)
        client.next = &request;
    ++_queued;
    return request;
}

/// It has ended, and is in no list.
void SharedExchange::recycle(Request& request)
{
    std::unique_ptr<Request> own(&request);
    assert(!request.place.linked && !request.own.linked && !request.queue.isArmed());
    constexpr std::size_t MOST = 4096;
    if (_spare.size() >= MOST)
        return;
    request.whole = true;
    request.begun = request.sent = false;
    request.responseSize = 0;
    _spare.push_back(std::move(own));
}

/// It is sent, or its client has left.
void SharedExchange::unqueue(Request& request)
{
    if (Line::isIn(request))
        _line.remove(request);
    DeadlineList::disarm(request.queue);
    --_queued;
    _pumpAll = _pumpAll || !request.whole; // it may have kept others back
}

/// The first in line that this lane may serve, if it has room for it now. Those whose clients are bound to other lanes
/// are passed over: as many as requests are in flight at most.
Request* SharedExchange::nextFor(const Lane& lane) const
{
    for (Request* request = _line.first(); request != nullptr; request = _line.next(*request))
    {
        const SharedClient& client = *request->client;
        if (client.inFlight > 0 && client.lane != &lane && !planted(Mutant::ignoreBinding))
            continue;
        return hasRoom(lane, *request) ? request : nullptr;
    }
    return nullptr;
}

/// A request came into the line, or its client is free to go elsewhere.
void SharedExchange::serve(Request& request, Instant now)
{
    while (Line::isIn(request))
    {
        const SharedClient& client = *request.client;
        const bool bound = client.inFlight > 0 && !planted(Mutant::ignoreBinding);
        Lane* lane = bound ? client.lane : choose(request, now);
        if (lane == nullptr)
            return;
        Request* first = nextFor(*lane);
        if (first == nullptr)
            return;
        if (send(*lane, *first, now))
            pump(*lane, now);
    }
}

void SharedExchange::pump(Lane& lane, Instant now)
{
    if (_pool.state(lane.number) != SharedPool::State::idle && _pool.state(lane.number) != SharedPool::State::busy)
        return;
    while (Request* request = nextFor(lane))
        if (!send(lane, *request, now))
            return;
}

/// A lane that can't take more at the moment is full for the pool, however little is on it.
void SharedExchange::updateLoad(Lane& lane)
{
    const bool blocked = lane.streaming != nullptr || lane.waiting > 0;
    _pool.load(lane.number, blocked ? SharedPool::FULL : lane.row.size());
}

/// False: the lane turned out to be of no use and is closed; the request is where it was.
bool SharedExchange::send(Lane& lane, Request& request, Instant now)
{
    SharedClient& client = *request.client;
    assert(client.next == &request);
    if (beforeSending(lane, request, now) && !planted(Mutant::skipQuietCheck))
    {
        const SharedWiring::Quiet quiet = _wiring.isQuiet(lane.target);
        if (quiet != SharedWiring::Quiet::yes)
        {
            if (quiet == SharedWiring::Quiet::bytes)
                closeLane(lane, CloseReason::desync, How::abort, now);
            else
                closeLane(lane, CloseReason::targetEnded, How::finish, now);
            return false;
        }
    }
    unqueue(request);
    const Bytes bytes = client.input.waiting().substr(0, static_cast<std::size_t>(request.size));
    _wiring.requestSent(client.id, request.tag, lane.target, bytes);
    lane.waiting = _wiring.toTarget(lane.target, bytes);
    if (request.whole)
        client.queued -= bytes.size();
    else
    {
        client.partial = 0;
        lane.streaming = &request;
    }
    client.input.consume(bytes.size());
    account(client);
    request.sent = true;
    request.sentAt = now;
    client.next = client.requests.next(request);
    ++client.inFlight;
    client.lane = &lane;
    lane.row.pushBack(request);
    updateLoad(lane);
    DeadlineList::disarm(lane.inactive);
    if (lane.row.first() == &request)
        armResponse(lane, now);
    if (_settings.fair && client.next != nullptr)
        _line.pushBack(*client.next);
    if (client.held)
        lookAgain(client); // there may be room for more of it
    return true;
}

void SharedExchange::deliver(Lane& lane, Request& request, Bytes bytes, Instant now)
{
    if (!request.begun)
    {
        request.begun = true;
        request.firstByte = now;
    }
    request.responseSize += bytes.size();
    armResponse(lane, now);
    const Request* owner = &request;
    if (planted(Mutant::deliverSwallowed) && request.client == nullptr &&
        List<Request, &Request::place>::next(request) != nullptr)
        owner = List<Request, &Request::place>::next(request);
    if (owner->client == nullptr)
        return;
    SharedClient& client = *owner->client;
    if (lane.framer == nullptr)
        _idle.arm(client.idle, now); // nothing says that more is to come
    client.waiting = _wiring.toClient(client.id, bytes);
    if (client.waiting > 0)
        updateClient(client, now);
}

void SharedExchange::finish(Lane& lane, Instant now)
{
    Request& request = *lane.row.first();
    lane.row.remove(request);
    if (lane.streaming == &request)
        lane.streaming = nullptr;
    updateLoad(lane);
    if (lane.row.isEmpty())
    {
        DeadlineList::disarm(lane.response);
        DeadlineList::disarm(lane.gap);
        lane.silent = false;
        _inactive.arm(lane.inactive, now);
    }
    else
        armResponse(lane, now);
    tellEnd(request, lane.target, false, CloseReason::ended, now);
    if (SharedClient* client = request.client)
    {
        client->requests.remove(request);
        if (--client->inFlight == 0)
            client->lane = nullptr;
        if (client->large == &request)
            client->large = nullptr;
        if (client->requests.isEmpty())
            _idle.arm(client->idle, now);
        if (client->next != nullptr || client->state == SharedClient::State::ended || _draining || client->held)
            lookAgain(*client);
    }
    recycle(request);
}

/// Whoever wants to hear of this request hears how it ended; once.
void SharedExchange::tellEnd(Request& request, TargetId target, bool failed, CloseReason reason, Instant now)
{
    if (request.tag == 0)
        return;
    Outcome outcome;
    outcome.target = target;
    outcome.requestSize = request.size;
    outcome.responseSize = request.responseSize;
    outcome.queued = (request.sent ? request.sentAt : now) - request.came;
    if (request.sent)
    {
        outcome.firstByte = (request.begun ? request.firstByte : now) - request.sentAt;
        outcome.whole = now - request.sentAt;
    }
    outcome.failed = failed;
    outcome.reason = reason;
    const std::uint64_t tag = request.tag;
    request.tag = 0;
    _wiring.requestEnded(tag, outcome);
}

} // namespace proximux
