// Multiplexer: clients.

#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>
#include <cassert>
#include <initializer_list>
#include <utility>

namespace proximux
{

void Multiplexer::clientOpened(ClientId client, Instant now)
{
    if (client.slot >= _clients.size())
        _clients.resize(client.slot + 1);
    assert(!_clients[client.slot]);
    _clients[client.slot] = std::make_unique<Client>(client);
    Client& opened = *_clients[client.slot];
    prepare(opened);
    opened.reconnects = TokenBucket(_settings.reconnects);
    opened.held = true; // as a connection is when it opens
    ++_size;
    _timers.idle.arm(opened.idle, now);
    updateClient(opened, now);
    closeIfDone(opened, now); // we drain
}

void Multiplexer::request(ClientId client, Bytes bytes, Instant now)
{
    Client* from = find(client);
    if (from == nullptr)
        return;
    if (from->state == Client::State::closing)
        return discard(*from, bytes.size(), now);
    from->input.take(bytes);
    if (from->requests.isEmpty())
        _timers.idle.arm(from->idle, now);
    look(*from, now);
    finishCall(now);
}

/// Looks at what the client sent and was not looked at, as far as there is room.
void Multiplexer::look(Client& client, Instant now)
{
    const ClientId id = client.id;
    if (!client.interim.empty() && client.requests.isEmpty())
        client.waiting = _effects.toClient(id, std::exchange(client.interim, Bytes()));
    clientBytes(client, now);
    if (find(id) == nullptr || client.state == Client::State::closing)
        return;
    client.input.keep();
    account(client);
    if (client.next != nullptr && Queue::isIn(*client.next))
        serve(*client.next, now);
    updateClient(client, now);
    closeIfDone(client, now);
}

/// At the end of the present call.
void Multiplexer::lookAgain(Client& client)
{
    if (!client.delayed.linked)
        _delayed.pushBack(client);
}

bool Multiplexer::isFull(const Client& client) const
{
    if (_memory.isCrowded() && !client.requests.isEmpty() && !passesOn(client))
        return true; // one after the other: nothing of it has to wait for something else of it
    return isLimited(client);
}

/// By its own limits, or that of the queue.
bool Multiplexer::isLimited(const Client& client) const
{
    if (client.final || client.halted || client.waiting > _settings.responseBuffer)
        return true;
    if (client.large != nullptr)
        return !client.large->sent;
    if (client.replies >= _memory.mostReplies())
        return true; // something before them is not answered
    const bool full =
        client.pin.lane == nullptr && ((_full && !_draining) || _queued + _others.queued >= _settings.maxQueue);
    // others may wait for a pinned one; and while we drain nothing is read that could fill the queue
    return client.queuedRequests() >= _settings.maxRequests || (full && !passesOn(client));
}

/// Reads on from the client, or no more.
void Multiplexer::updateClient(Client& client, Instant now)
{
    const bool passing = passesOn(client);
    const std::size_t room = _memory.roomFor(client.memory, client.input.kept());
    bool hold = client.deaf;
    if (client.state != Client::State::closing)
        hold = client.waiting > 0 || isFull(client) || (room == 0 && !passing) || (_draining && !passing) ||
               (passing && passLane(client) != nullptr && passLane(client)->waiting > 0);
    const std::size_t limit = passing || client.state == Client::State::closing ? _settings.requestBuffer : room;
    if (limit != client.limit && limit > 0)
        _effects.limitClient(client.id, limit);
    client.limit = limit;
    if (hold != client.held)
        _effects.holdClient(client.id, hold);
    client.held = hold;

    const bool owes = client.large != nullptr && client.large->sent && client.large->lane->waiting == 0;
    if (!owes)
        DeadlineList::disarm(client.pause);
    else if (!client.pause.isArmed())
        _timers.pause.arm(client.pause, now);
}

void Multiplexer::clientEnded(ClientId client, Instant now)
{
    Client* ended = find(client);
    if (ended == nullptr)
        return;
    ended->fin = true;
    if (ended->state == Client::State::closing)
    {
        if (ended->waiting == 0)
            closeClient(*ended, ended->reason, How::finish, now);
        return;
    }
    ended->state = Client::State::ended;
    DeadlineList::disarm(ended->idle);
    if (ended->pin.lane != nullptr && ended->pin.lane->pin.tunnel)
        endTunnel(*ended, now);
    else if ((ended->large != nullptr && ended->large->sent) || (ended->discarding && ended->requests.isEmpty()))
        fail(*ended, CloseReason::requestBroken, false, now);
    else
    {
        if (ended->lane != nullptr && ended->lane->silent)
            gapPassed(*ended->lane, now);
        ended = find(client);
        if (ended == nullptr)
            return finishCall(now);
        drop(*ended, ended->large, CloseReason::requestBroken, now); // it is not whole, and nothing of it was sent
        bool endless = ended->waiting > _settings.responseBuffer;    // nothing else limits how long it takes
        for (const Request* r = ended->requests.first(); r != nullptr; r = ended->requests.next(*r))
            endless = endless || r->traits.blocking;
        if (endless)
            _timers.linger.arm(ended->linger, now);
        passEnd(*ended);
        closeIfDone(*ended, now);
    }
    finishCall(now);
}

/// Its target learns that the client of a tunnel sends no more.
void Multiplexer::endTunnel(Client& client, Instant now)
{
    _effects.endTarget(client.pin.lane->target);
    _timers.linger.arm(client.linger, now);
}

/// A client that has ended may have gone while its target takes as long as it likes: that learns of it, as it would
/// without us, and nobody else gets the connection.
void Multiplexer::passEnd(Client& client)
{
    if (client.state != Client::State::ended || client.pin.lane == nullptr || client.next != nullptr)
        return;
    const Request* request = client.requests.first();
    while (request != nullptr && !request->traits.blocking)
        request = client.requests.next(*request);
    if (request == nullptr)
        return;
    client.pin.reasons |= pins::SESSION;
    client.endPassed = true;
    _effects.endTarget(client.pin.lane->target);
}

void Multiplexer::clientSent(ClientId client, std::size_t waiting, Instant now)
{
    Client* reader = find(client);
    if (reader == nullptr)
        return;
    if (!_stalls.isEmpty())
        _stalls.bytesPass(*reader, reader->waiting - std::min(reader->waiting, waiting), now);
    reader->waiting = waiting;
    if (reader->state == Client::State::closing)
    {
        if (waiting == 0 && (reader->fin || reader->deaf || !reader->final))
            closeClient(*reader, reader->reason, How::finish, now);
        return;
    }
    if (reader->requests.isEmpty())
        _timers.idle.arm(reader->idle, now);
    _stalls.forEachHeldFor(*reader, [this, now](Lane& lane) { updateTargetHold(lane, now); });
    if (!reader->input.isEmpty())
        lookAgain(*reader); // more of it may be answered
    updateClient(*reader, now);
    closeIfDone(*reader, now);
    finishCall(now);
}

void Multiplexer::clientLost(ClientId client, Instant now)
{
    Client* lost = find(client);
    if (lost == nullptr)
        return;
    const bool closing = lost->state == Client::State::closing;
    closeClient(*lost, closing ? lost->reason : CloseReason::clientLost, How::abort, now);
    finishCall(now);
}

void Multiplexer::clientFaulted(ClientId client, Instant now)
{
    Client* faulted = find(client);
    if (faulted == nullptr)
        return;
    closeClient(*faulted, CloseReason::fault, How::abort, now);
    finishCall(now);
}

void Multiplexer::closeIfDone(Client& client, Instant now)
{
    if (client.state == Client::State::closing || !client.requests.isEmpty())
        return;
    if (!client.input.isEmpty() && isFull(client) && !client.final)
        return; // there may be requests in it
    if (client.state != Client::State::ended && !client.final && !_draining)
        return;
    if (client.pin.lane != nullptr && client.pin.lane->pin.tunnel && !_draining)
        return; // the tunnel ends with its target
    if (client.pin.lane != nullptr && client.pin.lane->pin.pushes)
        return askForEnd(*client.pin.lane, now); // nobody else knows what it is still owed
    if (!client.input.isEmpty() && !client.final)
        _effects.requestDropped(client.id, client.input.size());
    if (client.final && !client.fin)
        return beginClosing(client, client.reason, now); // what it still sends must not reset what it is to read
    client.waiting = _effects.flushClient(client.id);
    CloseReason reason = client.state == Client::State::ended ? CloseReason::ended : CloseReason::drained;
    if (client.final)
        reason = client.reason;
    if (client.waiting > 0)
        beginClosing(client, reason, now);
    else
        closeClient(client, reason, How::finish, now);
}

void Multiplexer::fail(Client& client, CloseReason reason, bool cutOff, Instant now)
{
    if (client.state == Client::State::closing)
        return;
    for (const Request* r = client.requests.first(); r != nullptr && r->sent; r = client.requests.next(*r))
        cutOff = cutOff || r->begun;
    client.waiting = _effects.flushClient(client.id);
    if (client.waiting > 0 && !cutOff && reason != CloseReason::stalled)
        beginClosing(client, reason, now);
    else
        closeClient(client, reason, cutOff || client.waiting > 0 ? How::abort : How::finish, now);
}

/// It still gets what waits for it.
void Multiplexer::beginClosing(Client& client, CloseReason reason, Instant now)
{
    abandon(client, reason, now);
    client.state = Client::State::closing;
    client.reason = reason;
    DeadlineList::disarm(client.idle);
    client.waiting = _effects.flushClient(client.id);
    if (client.fin && client.waiting == 0)
        return closeClient(client, reason, How::finish, now);
    _effects.endClient(client.id);
    _timers.linger.arm(client.linger, now);
    _timers.discard.arm(client.discard, now);
    updateClient(client, now);
}

/// What a client that is being closed still sends is read, so that its end does not take from it what it is to read;
/// but not for long.
void Multiplexer::discard(Client& client, std::size_t bytes, Instant now)
{
    client.discarded += bytes;
    if (client.discarded >= _settings.discardLimit)
        stopListening(client, How::abort, now);
}

void Multiplexer::stopListening(Client& client, How how, Instant now)
{
    if (client.waiting == 0)
        return closeClient(client, client.reason, how, now);
    client.deaf = true;
    updateClient(client, now);
}

void Multiplexer::closeClient(Client& client, CloseReason reason, How how, Instant now)
{
    abandon(client, reason, now);
    if (client.delayed.linked)
        _delayed.remove(client);
    for (Deadline* deadline : {static_cast<Deadline*>(&client.idle), static_cast<Deadline*>(&client.pause),
                               static_cast<Deadline*>(&client.linger), static_cast<Deadline*>(&client.discard),
                               static_cast<Deadline*>(&client.calm)})
        DeadlineList::disarm(*deadline);
    const std::unique_ptr<Client> last = std::move(_clients[client.id.slot]);
    --_size;
    _effects.closeClient(last->id, reason, how);
}

/// What it has queued leaves the queue; what it has in flight stays in its pipeline, and what answers that goes to
/// nobody.
void Multiplexer::abandon(Client& client, CloseReason reason, Instant now)
{
    Lane* bound = client.lane;
    Lane* broken = client.large != nullptr && client.large->sent && !client.large->whole ? client.large->lane : nullptr;
    Lane* pinned = client.pin.lane;
    while (Request* request = client.requests.first())
    {
        client.requests.remove(*request);
        tellEnd(*request, request->lane != nullptr ? request->lane->target : TargetId{}, true, reason, now);
        const bool inFlight = request->sent && request->place.linked;
        if (inFlight)
            leave(*request, now);
        request->client = nullptr;
        if (!inFlight)
        {
            if (!request->sent && !request->replied)
                unqueue(*request);
            recycle(*request);
        }
    }
    client.next = nullptr;
    client.large = nullptr;
    client.inFlight = 0;
    client.replied = 0;
    client.replies = 0;
    client.lane = nullptr;
    client.queued = 0;
    client.partial = 0;
    client.interim = {};
    client.input.clear();
    client.copied = 0;
    account(client);
    for (const auto& lane : _lanes)
    {
        if (lane->reader == &client)
            lane->reader = nullptr;
        if (lane->stall.client == &client)
            _stalls.forget(*lane, now);
        if (lane->heldFor == &client)
            releaseTarget(*lane, now);
    }
    if (pinned != nullptr)
    {
        unpin(*pinned);
        return closeLane(*pinned, CloseReason::pinEnded, partingFrom(*pinned), now); // nobody inherits its state
    }
    if (broken != nullptr)
        closeLane(*broken, CloseReason::requestBroken, How::abort, now);
    else if (bound != nullptr && bound->silent)
        gapPassed(*bound, now);
}

Client* Multiplexer::find(ClientId client) const
{
    if (!client.isValid() || client.slot >= _clients.size())
        return nullptr;
    Client* found = _clients[client.slot].get();
    return found != nullptr && found->id == client ? found : nullptr;
}

} // namespace proximux
