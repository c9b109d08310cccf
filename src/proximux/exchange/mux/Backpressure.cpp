#include <proximux/exchange/mux/Backpressure.h>

#include <proximux/exchange/mux/Mux.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace proximux
{

namespace
{

MemoryBudget::Limits limitsOf(const MultiplexerSettings& settings)
{
    return {settings.reserve, settings.requestBuffer, settings.responseBuffer, settings.totalBuffer};
}

} // namespace

Backpressure::Backpressure(Mux& mux)
    : _mux(mux)
    , _memory(limitsOf(mux.settings))
{
}

void Backpressure::reconfigure()
{
    _mux.clients.forEach([this](Client& client) { _memory.count(client.memory, 0, 0); });
    _memory.setLimits(limitsOf(_mux.settings));
    _mux.clients.forEach([this](Client& client) { account(client); });
    lookAgain();
}

// --------------------------------------------------------------------------------------------- clients

bool Backpressure::isFull(const Client& client) const
{
    if (_memory.isCrowded() && !client.requests.isEmpty() && !_mux.policy.requests.passesOn(client))
        return true; // one after the other: nothing of it has to wait for something else of it
    return isLimited(client);
}

/// By its own limits, or that of the queue.
bool Backpressure::isLimited(const Client& client) const
{
    if (client.final || client.halted || client.waiting > _mux.settings.responseBuffer)
        return true;
    if (client.large != nullptr)
        return !client.large->isSent();
    if (isPaced(client))
        return true;
    if (client.replies >= _memory.mostReplies())
        return true; // something before them is not answered
    const bool full = client.pin.lane == nullptr &&
                      ((_full && !_mux.draining) || _mux.sending.queued() + _othersQueued >= _mux.settings.maxQueue);
    // others may wait for a pinned one; and while we drain nothing is read that could fill the queue
    return client.queuedRequests() >= _mux.settings.maxRequests || (full && !_mux.policy.requests.passesOn(client));
}

void Backpressure::pace(Client& client, Instant now)
{
    if (_mux.settings.pace.isOff() || _mux.effects.mayAsk(client.id, now))
        DeadlineList::disarm(client.paced);
    else if (!client.paced.isArmed())
        _mux.timers.pace.arm(client.paced, now);
}

void Backpressure::count(Client& client, Instant now)
{
    if (_mux.settings.pace.isOff())
        return;
    _mux.effects.asked(client.id, now);
    pace(client, now);
}

/// The rest of a request that is being sent, and what a tunnel passes, is read in any case: others may wait for that. A
/// drain waits for nobody's rate.
bool Backpressure::isPaced(const Client& client) const
{
    return client.paced.isArmed() && !_mux.draining && !_mux.policy.requests.passesOn(client);
}

void Backpressure::update(Client& client, Instant now)
{
    const bool passing = _mux.policy.requests.passesOn(client);
    const std::size_t room = _memory.roomFor(client.memory, client.input.kept());
    bool hold = client.deaf;
    if (client.state != Client::State::closing)
        hold = client.waiting > 0 || isFull(client) || (room == 0 && !passing) ||
               (_mux.draining && !passing && !Pinning::isLeased(client)) ||
               (passing && _mux.policy.requests.passLane(client) != nullptr &&
                _mux.policy.requests.passLane(client)->waiting > 0);
    const std::size_t limit = passing || client.state == Client::State::closing ? _mux.settings.requestBuffer : room;
    if (limit != client.limit && limit > 0)
        _mux.effects.limitClient(client.id, limit);
    client.limit = limit;
    if (hold != client.held)
        _mux.effects.holdClient(client.id, hold);
    client.held = hold;

    const bool owes = client.large != nullptr && client.large->isSent() && client.large->lane->waiting == 0 &&
                      !client.large->awaitsTarget() && !client.large->isOpen;
    if (!owes)
        DeadlineList::disarm(client.pause);
    else if (!client.pause.isArmed())
        _mux.timers.pause.arm(client.pause, now);
}

void Backpressure::account(Client& client)
{
    const std::size_t kept = client.input.kept() + client.copied + client.replies;
    _memory.count(client.memory, kept, _memory.beyondReserve(kept) > 0 ? unfinished(client) : 0);
}

/// Bytes of a request that is not whole, and of which nothing was sent; also all that is kept unseen for a client that
/// does not read its responses.
std::size_t Backpressure::unfinished(const Client& client) const
{
    if (client.large != nullptr)
        return client.large->isSent() ? 0 : client.input.kept();
    const bool isUnread = client.waiting > _mux.settings.responseBuffer; // nothing more is asked for it
    if (client.framer == nullptr || (isLimited(client) && !isUnread))
        return 0; // there may be whole ones in it, which are looked at in their time
    return client.input.kept() - std::min(client.input.kept(), client.queued);
}

/// With the limit of the queue reached nobody is read; when a quarter is free again, all are.
void Backpressure::updateAll(Instant now)
{
    const std::size_t queued = _mux.sending.queued() + _othersQueued;
    updateMemory(now);
    if (!_full && queued >= _mux.settings.maxQueue)
    {
        _full = true;
        updateClients(now);
    }
    else if (_full && queued <= _mux.settings.maxQueue / 4 * 3)
    {
        _full = false;
        lookAgain();
    }
}

/// With the limit for all reached clients have their reserves; when a quarter is free again, all.
void Backpressure::updateMemory(Instant now)
{
    const bool began = !_memory.isCrowded() && _memory.update();
    if (began || (_memory.isCrowded() && _memory.isClogged()))
        makeRoom(now);
    if (began)
        updateClients(now);
    if (_memory.isCrowded() && _memory.update())
        lookAgain();
}

void Backpressure::updateClients(Instant now)
{
    _mux.clients.forEach([this, now](Client& client) { update(client, now); });
}

void Backpressure::lookAgain()
{
    _mux.clients.forEach([this](Client& client) { _mux.clients.lookAgain(client); });
}

/// What is whole is answered in its time; but parts of requests could wait for one another for ever.
void Backpressure::makeRoom(Instant now)
{
    std::vector<std::pair<std::size_t, ClientId>> parts;
    _mux.clients.forEach(
        [this, &parts](Client& client)
        {
            account(client);
            if (client.memory.unfinished > 0)
                parts.emplace_back(client.memory.unfinished, client.id);
        });
    if (!_memory.isClogged())
        return;
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& part : parts)
        if (Client* largest = _memory.isClogged() ? _mux.clients.find(part.second) : nullptr)
            _mux.clients.fail(*largest, CloseReason::crowded, false, now);
}

void Backpressure::setOthers(const MemoryBudget::Usage& memory, std::size_t queued)
{
    _memory.setOthers(memory);
    _othersQueued = queued;
}

// --------------------------------------------------------------------------------------------- targets

void Backpressure::update(Lane& lane, Instant now)
{
    const std::size_t most = lane.heldFor != nullptr ? _mux.settings.responseBuffer / 2 : _mux.settings.responseBuffer;
    Client* client = slowReader(lane, _mux.settings.responseBuffer);
    Client* slow = client != nullptr && client->waiting > most ? client : nullptr;
    if (slow == lane.heldFor)
        return;
    if (lane.heldFor != nullptr)
        release(lane, now);
    if (slow == nullptr)
        return;
    lane.heldFor = slow;
    _mux.stalls.watch(lane);
    _mux.effects.holdTarget(lane.target, true);
    DeadlineList::disarm(lane.response);
    DeadlineList::disarm(lane.gap); // it is silent because it is held
    for (Request* request = lane.pipeline.first(); request != nullptr; request = lane.pipeline.next(*request))
        DeadlineList::disarm(request->answer);
}

/// Who got more than he reads, if more is to come for him; else whose bytes come next, as far as is known.
Client* Backpressure::slowReader(const Lane& lane, std::size_t most)
{
    if (lane.pin.client != nullptr)
        return lane.pin.client;
    if (lane.reader != nullptr && lane.reader->lane == &lane &&
        (lane.reader == lane.heldFor || lane.reader->waiting > most))
        return lane.reader;
    const Request* first = lane.pipeline.first();
    return first != nullptr ? first->client : nullptr;
}

void Backpressure::release(Lane& lane, Instant now)
{
    lane.heldFor = nullptr;
    _mux.effects.holdTarget(lane.target, false);
    _mux.lanes.armResponse(lane, now);
    for (Request* request = lane.pipeline.first(); request != nullptr; request = lane.pipeline.next(*request))
        _mux.lanes.armAnswer(lane, *request, now);
    if (lane.framer == nullptr)
        _mux.timers.gap.arm(lane.gap, now);
}

} // namespace proximux
