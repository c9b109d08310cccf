// FramedResponses: what follows from a response for its lane.

#include <proximux/exchange/mux/FramedResponses.h>

#include <proximux/Pins.h>
#include <proximux/exchange/mux/Mux.h>

namespace proximux
{

// --------------------------------------------------------------------------------------------- pins

void FramedResponses::free(Client& client, unsigned reasons)
{
    unsigned others = 0; // of what is in flight
    for (const Request* each = client.requests.first(); each != nullptr; each = client.requests.next(*each))
        others |= each->isSent() ? each->traits.pins : 0;
    _mux.pinning.add(client, others);
    if (!_mux.pinning.remove(client, reasons & ~others))
        return;
    Lane& lane = *client.pin.lane;
    _mux.lanes.unpin(lane);
    _mux.lanes.updateLoad(lane);
}

/// The lane can't be used any more because of what this client asked for, who may have gone.
void FramedResponses::leaveFor(Lane& lane, Client* client, CloseReason reason, How how, Instant now)
{
    _mux.lanes.close(lane, reason, how, now);
    if (client != nullptr)
        _mux.clients.charge(*client, nullptr, now);
}

/// The client claimed a state of its own for the connection. Where the target wants that, it is pinned from now on;
/// else nobody knows what the connection has become.
void FramedResponses::settleClaims(Lane& lane, Client* client, unsigned claims, unsigned challenges, Instant now)
{
    if (client != nullptr && challenges != 0)
        client->conversation->challenged(challenges);
    if (claims == 0 || lane.pin.client != nullptr)
        return;
    if (client != nullptr && client->state != Client::State::closing && (claims & challenges) != 0 &&
        _mux.pinning.mayPin())
    {
        _mux.observer.clientPinned(client->id, lane.target, claims);
        _mux.lanes.pin(lane, *client, claims, now);
        return _mux.pinExpiry.isUsed(lane, now);
    }
    leaveFor(lane, client, CloseReason::pinEnded, Lanes::partingFrom(lane), now);
}

// ------------------------------------------------------------------------------------------- leaving

/// What is left of the request is thrown away, and the target, which has not read it all, is left; unless the rest
/// consists of messages that it need not read. Returns whether the lane is still there.
bool FramedResponses::answeredEarly(Lane& lane, Request& request, Instant now)
{
    Client* client = request.client;
    if (client != nullptr && lane.waiting == 0 && client->framer->leave())
    {
        request.whole = true;
        client->large = nullptr;
        return true;
    }
    if (client != nullptr)
        Answers::leaveRest(request);
    _mux.answers.finish(lane, request, now);
    _mux.lanes.close(lane, CloseReason::earlyResponse, How::abort, now);
    return false;
}

/// The target waits for more of a request that was whole. Returns whether the lane is still there.
bool FramedResponses::resume(Lane& lane, Request& request, Instant now)
{
    if (request.client == nullptr || !request.traits.barrier || !request.whole)
    {
        _mux.lanes.close(lane, request.client == nullptr ? CloseReason::requestBroken : CloseReason::desync, How::abort,
                         now);
        return false;
    }
    Client& client = *request.client;
    request.whole = false;
    request.isOpen = true;
    client.large = &request;
    lane.streaming = &request;
    client.framer->resume();
    _mux.lanes.updateLoad(lane);
    _mux.stalls.watch(lane);
    _mux.clients.lookAgain(client);
    return true;
}

/// A response has begun, or ended, what its client has the lane alone for.
void FramedResponses::hold(Lane& lane, Client* client, unsigned begun, unsigned ended, Instant now)
{
    const bool isThere = client != nullptr && client->state != Client::State::closing;
    if (begun != 0 && !isThere)
        return _mux.lanes.close(lane, CloseReason::pinEnded, How::abort, now); // nobody is there who would end it
    if (client == nullptr)
        return;
    if (begun != 0)
    {
        _mux.lanes.pin(lane, *client, begun, now);
        _mux.pinExpiry.isUsed(lane, now);
    }
    else if (client->pin.lane == &lane)
        free(*client, ended);
    client->conversation->held(client->pin.reasons);
}

/// From now on whatever passes between the two is theirs.
void FramedResponses::beginTunnel(Lane& lane, Client& client, Instant now)
{
    lane.pin.tunnel = true;
    client.final = false; // that was said of requests
    _mux.forwarding.raw(client, lane, now);
    if (client.state == Client::State::ended)
        _mux.clients.endTunnel(client, now);
    _mux.clients.lookAgain(client);
}

/// A response that lasts until the connection ends has ended well, and only the end of its own tells that to its
/// client.
void FramedResponses::laneEnded(Lane& lane, Instant now)
{
    if (lane.pin.tunnel)
        return _mux.clients.beginClosing(*lane.pin.client, CloseReason::ended, now);
    if (lane.pin.leaving && !lane.inMessage)
        return _farewells.answered(lane, now);
    const bool between = lane.framer->traits().kind == ResponseTraits::Kind::more && lane.input.isEmpty();
    if ((!lane.inMessage && !between) || lane.answered == nullptr || !lane.framer->finish())
        return;
    lane.inMessage = false;
    Client* client = lane.answered->client;
    _mux.answers.finish(lane, *lane.answered, now);
    if (client != nullptr)
        _mux.clients.beginClosing(*client, CloseReason::ended, now);
}

} // namespace proximux
