#include <proximux/exchange/mux/Clients.h>

#include <proximux/Pins.h>
#include <proximux/exchange/mux/Mux.h>

#include <algorithm>
#include <cassert>
#include <initializer_list>
#include <utility>

namespace proximux
{

void Clients::opened(ClientId client, Instant now)
{
    if (client.slot >= _clients.size())
        _clients.resize(client.slot + 1);
    assert(!_clients[client.slot]);
    _clients[client.slot] = std::make_unique<Client>(client);
    Client& opened = *_clients[client.slot];
    _mux.policy.requests.prepare(opened);
    opened.reconnects = TokenBucket(_mux.settings.reconnects);
    ++_size;
    _mux.timers.idle.arm(opened.idle, now);
    if (_mux.settings.personal)
        _mux.timers.welcome.arm(opened.welcome, now);
    _mux.backpressure.update(opened, now);
    closeIfDone(opened, now); // we drain
    if (Client* there = find(client))
        _mux.sending.greet(*there, now);
}

void Clients::received(Client& client, Bytes bytes, Instant now)
{
    if (client.state == Client::State::closing)
        return discard(client, bytes.size(), now);
    client.input.take(bytes);
    if (client.requests.isEmpty())
        _mux.timers.idle.arm(client.idle, now);
    look(client, now);
}

void Clients::look(Client& client, Instant now)
{
    const ClientId id = client.id;
    _mux.backpressure.pace(client, now);
    _mux.consents.lookAgain(client, now);
    _mux.policy.requests.clientBytes(client, now);
    if (find(id) == nullptr || client.state == Client::State::closing)
        return;
    const bool isBroken = client.state == Client::State::ended && client.large != nullptr && client.large->isSent() &&
                          !_mux.backpressure.isFull(client);
    if (isBroken) // its request was whole when it ended, and goes on
        return fail(client, CloseReason::requestBroken, false, now);
    client.input.keep();
    _mux.backpressure.account(client);
    if (client.next != nullptr && Queue::isIn(*client.next))
        _mux.sending.serve(*client.next, now);
    passEnd(client);
    _mux.backpressure.update(client, now);
    closeIfDone(client, now);
}

void Clients::reconfigure(Instant now)
{
    forEach(
        [this, now](Client& client)
        {
            if (client.requests.isEmpty() && client.state == Client::State::open && !client.idle.isArmed())
                _mux.timers.idle.arm(client.idle, now);
            for (Request* each = client.requests.first(); each != nullptr; each = client.requests.next(*each))
                _mux.sending.armAgain(*each, now);
            lookAgain(client);
        });
}

void Clients::lookAgain(Client& client)
{
    if (!client.delayed.linked)
        _delayed.pushBack(client);
}

void Clients::lookAtDelayed(Instant now)
{
    while (Client* client = _delayed.first())
    {
        _delayed.remove(*client);
        if (client->state != Client::State::closing)
            look(*client, now);
    }
}

void Clients::ended(Client& client, Instant now)
{
    const ClientId id = client.id;
    client.fin = true;
    if (client.state == Client::State::closing)
        return client.waiting == 0 ? close(client, client.reason, How::finish, now) : void();
    client.state = Client::State::ended;
    DeadlineList::disarm(client.idle);
    if (client.pin.lane != nullptr && client.pin.lane->pin.tunnel)
        return endTunnel(client, now);
    if ((client.large != nullptr && client.large->isSent()) || (client.discarding && client.requests.isEmpty()))
        return fail(client, CloseReason::requestBroken, false, now);
    if (client.lane != nullptr && client.lane->silent)
        _mux.policy.responses.gapPassed(*client.lane, now);
    if (find(id) == nullptr)
        return;
    _mux.answers.drop(client, client.large, CloseReason::requestBroken, now); // not whole, and nothing of it was sent
    // nothing else limits how long it takes
    bool endless = client.waiting > _mux.settings.responseBuffer || _mux.settings.responseTimeout.isOff();
    for (const Request* r = client.requests.first(); r != nullptr; r = client.requests.next(*r))
        endless = endless || r->traits.blocking;
    if (endless)
        _mux.timers.linger.arm(client.linger, now);
    passEnd(client);
    closeIfDone(client, now);
}

void Clients::endTunnel(Client& client, Instant now)
{
    _mux.effects.endTarget(client.pin.lane->target);
    _mux.timers.linger.arm(client.linger, now);
}

void Clients::passEnd(Client& client)
{
    if (client.state != Client::State::ended || client.endPassed || client.pin.lane == nullptr ||
        client.next != nullptr)
        return;
    if (!client.input.isEmpty() && (_mux.backpressure.isFull(client) || client.isBehindBarrier()))
        return; // there may be requests in it
    const Request* request = client.requests.first();
    while (request != nullptr && !request->traits.blocking)
        request = client.requests.next(*request);
    if (request == nullptr)
        return;
    _mux.pinning.add(client, pins::SESSION);
    client.endPassed = true;
    _mux.effects.endTarget(client.pin.lane->target);
}

void Clients::sent(Client& client, std::size_t waiting, Instant now)
{
    if (!_mux.stalls.isEmpty())
        _mux.stalls.bytesPass(client, client.waiting - std::min(client.waiting, waiting), now);
    client.waiting = waiting;
    if (client.state == Client::State::closing)
    {
        if (waiting == 0 && (client.fin || client.deaf || !client.final))
            close(client, client.reason, How::finish, now);
        return;
    }
    if (client.requests.isEmpty())
        _mux.timers.idle.arm(client.idle, now);
    _mux.stalls.forEachHeldFor(client, [this, now](Lane& lane) { _mux.backpressure.update(lane, now); });
    if (!client.input.isEmpty())
        lookAgain(client); // more of it may be answered
    _mux.backpressure.update(client, now);
    closeIfDone(client, now);
}

void Clients::lost(Client& client, Instant now)
{
    const bool closing = client.state == Client::State::closing;
    close(client, closing ? client.reason : CloseReason::clientLost, How::abort, now);
}

void Clients::closeIfDone(Client& client, Instant now)
{
    if (client.state == Client::State::closing || !client.requests.isEmpty())
        return;
    if (!client.input.isEmpty() && _mux.backpressure.isFull(client) && !client.final)
        return; // there may be requests in it
    if (client.state != Client::State::ended && !client.final && (!_mux.draining || Pinning::isLeased(client)))
        return;
    if (client.pin.lane != nullptr && client.pin.lane->pin.tunnel && !_mux.draining)
        return; // the tunnel ends with its target
    if (client.pin.lane != nullptr && client.pin.lane->pin.pushes)
        return _mux.policy.responses.askForEnd(*client.pin.lane, now); // nobody else knows what it is still owed
    if (!client.input.isEmpty() && !client.final)
        _mux.observer.requestDropped(client.id, client.input.size());
    if (client.final && !client.fin)
        return beginClosing(client, client.reason, now); // what it still sends must not reset what it is to read
    CloseReason reason = client.state == Client::State::ended ? CloseReason::ended : CloseReason::drained;
    if (client.final)
        reason = client.reason;
    if (reason == CloseReason::drained)
        _mux.answers.tellDrained(client);
    client.waiting = _mux.effects.flushClient(client.id);
    if (client.waiting > 0)
        beginClosing(client, reason, now);
    else
        close(client, reason, How::finish, now);
}

void Clients::fail(Client& client, CloseReason reason, bool cutOff, Instant now)
{
    if (client.state == Client::State::closing)
        return;
    for (const Request* r = client.requests.first(); r != nullptr && r->isSent(); r = client.requests.next(*r))
        cutOff = cutOff || r->begun;
    client.waiting = _mux.effects.flushClient(client.id);
    if (client.waiting > 0 && !cutOff && reason != CloseReason::stalled)
        beginClosing(client, reason, now);
    else
        close(client, reason, cutOff || client.waiting > 0 ? How::abort : How::finish, now);
}

void Clients::endRequests(Client& client, CloseReason reason, Instant now)
{
    client.final = true;
    client.reason = reason;
    _mux.backpressure.update(client, now);
    lookAgain(client);
}

void Clients::beginClosing(Client& client, CloseReason reason, Instant now)
{
    abandon(client, reason, now);
    client.state = Client::State::closing;
    client.reason = reason;
    DeadlineList::disarm(client.idle);
    client.waiting = _mux.effects.flushClient(client.id);
    if (client.fin && client.waiting == 0)
        return close(client, reason, How::finish, now);
    _mux.effects.endClient(client.id);
    _mux.timers.linger.arm(client.linger, now);
    _mux.timers.discard.arm(client.discard, now);
    _mux.backpressure.update(client, now);
}

/// What a client that is being closed still sends is read, so that its end does not take from it what it is to read;
/// but not for long.
void Clients::discard(Client& client, std::size_t bytes, Instant now)
{
    client.discarded += bytes;
    if (client.discarded >= _mux.settings.discardLimit)
        stopListening(client, How::abort, now);
}

void Clients::stopListening(Client& client, How how, Instant now)
{
    if (client.waiting == 0)
        return close(client, client.reason, how, now);
    client.deaf = true;
    _mux.backpressure.update(client, now);
}

void Clients::close(Client& client, CloseReason reason, How how, Instant now)
{
    abandon(client, reason, now);
    if (client.delayed.linked)
        _delayed.remove(client);
    const std::unique_ptr<Client> last = std::move(_clients[client.id.slot]);
    --_size;
    _mux.effects.closeClient(last->id, reason, how);
}

/// What it has queued leaves the queue; what it has in flight stays in its pipeline, and what answers that goes to
/// nobody.
void Clients::abandon(Client& client, CloseReason reason, Instant now)
{
    Lane* bound = client.lane;
    const Request* streaming = bound != nullptr ? bound->streaming : nullptr;
    Lane* broken = streaming != nullptr && streaming->client == &client ? bound : nullptr;
    Lane* pinned = client.pin.lane;
    while (Request* request = client.requests.first())
    {
        client.requests.remove(*request);
        _mux.answers.tellEnd(*request, request->lane != nullptr ? request->lane->target : TargetId{}, true, reason,
                             now);
        const bool inFlight = request->isSent() && request->place.linked;
        if (inFlight)
            _mux.leavers.leave(*request, now);
        request->client = nullptr;
        if (!inFlight)
        {
            if (!request->isSent() && !request->is(Transaction::replied))
                _mux.sending.unqueue(*request);
            _mux.sending.recycle(*request);
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
    client.consent = {};
    DeadlineList::disarm(client.asking);
    DeadlineList::disarm(client.batch);
    client.input.clear();
    client.copied = 0;
    _mux.backpressure.account(client);
    releaseLanes(client, now);
    if (pinned != nullptr)
    {
        _mux.lanes.unpin(*pinned);
        return _mux.leavers.endPinned(*pinned, now);
    }
    if (broken != nullptr)
        _mux.lanes.close(*broken, CloseReason::requestBroken, How::abort, now);
    else if (bound != nullptr && bound->silent)
        _mux.policy.responses.gapPassed(*bound, now);
}

/// No lane waits for it any more.
void Clients::releaseLanes(Client& client, Instant now)
{
    for (const auto& lane : _mux.lanes.all())
    {
        if (lane->reader == &client)
            lane->reader = nullptr;
        if (lane->stall.client == &client)
            _mux.stalls.forget(*lane, now);
        if (lane->heldFor == &client)
            _mux.backpressure.release(*lane, now);
    }
}

Client* Clients::find(ClientId client) const
{
    if (!client.isValid() || client.slot >= _clients.size())
        return nullptr;
    Client* found = _clients[client.slot].get();
    return found != nullptr && found->id == client ? found : nullptr;
}

// ------------------------------------------------------------------------------------------------ time

void Clients::charge(Client& client, const Request* request, Instant now)
{
    client.reconnects.take(now);
    if (client.reconnects.has(now) || client.state == Client::State::closing)
        return;
    _mux.timers.calm.arm(client.calm, now);
    for (Request* each = client.next; each != nullptr; each = client.requests.next(*each))
        if (each != request && Queue::isIn(*each))
            _mux.queue.remove(*each);
}

void Clients::calmed(Client& client, Instant now)
{
    if (!client.reconnects.has(now))
        return _mux.timers.calm.arm(client.calm, now);
    for (Request* request = client.next; request != nullptr; request = client.requests.next(*request))
        if (!request->is(Transaction::replied) && !Queue::isIn(*request) &&
            (!_mux.settings.fair || request == client.next))
            _mux.sending.enter(*request, now);
    _mux.sending.pumpAll();
}

void Clients::expire(Instant now)
{
    while (Deadline* due = _mux.timers.queue.takeDue(now))
        _mux.sending.expired(Due<Request>::owner(*due), now);
    _mux.pinExpiry.expire(now);
    _mux.consents.expire(now);
    while (Deadline* due = _mux.timers.delayedReply.takeDue(now))
        _mux.answers.reply(*Due<Request>::owner(*due).client, now);
    while (Deadline* due = _mux.timers.pause.takeDue(now))
        fail(Due<Client>::owner(*due), CloseReason::requestTimeout, false, now);
    while (Deadline* due = _mux.timers.idle.takeDue(now))
    {
        Client& client = Due<Client>::owner(*due);
        if (client.paced.isArmed())
            _mux.timers.idle.arm(client.idle, now); // what it sends waits
        else
            close(client, CloseReason::idle, client.waiting > 0 ? How::abort : How::finish, now);
    }
    while (Deadline* due = _mux.timers.discard.takeDue(now))
    {
        Client& client = Due<Client>::owner(*due);
        const bool goesOn = client.discarded > 0 && client.reason == CloseReason::malformedRequest;
        stopListening(client, goesOn ? How::abort : How::finish, now);
    }
    while (Deadline* due = _mux.timers.linger.takeDue(now))
    {
        Client& client = Due<Client>::owner(*due);
        const bool closing = client.state == Client::State::closing;
        close(client, closing ? client.reason : CloseReason::halfCloseTimeout, How::abort, now);
    }
    while (Deadline* due = _mux.timers.welcome.takeDue(now))
        fail(Due<Client>::owner(*due), CloseReason::loginTimeout, false, now);
    while (Deadline* due = _mux.timers.calm.takeDue(now))
        calmed(Due<Client>::owner(*due), now);
    while (Deadline* due = _mux.timers.pace.takeDue(now))
        lookAgain(Due<Client>::owner(*due));
    _mux.policy.requests.expire(now);
}

} // namespace proximux
