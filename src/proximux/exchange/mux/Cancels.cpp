#include <proximux/exchange/mux/Cancels.h>

#include <proximux/exchange/mux/Mux.h>
#include <proximux/exchange/mux/Users.h>

#include <algorithm>
#include <utility>

namespace proximux
{

/// Of a client that has nothing under way nothing is stopped. What waits while its client has a connection alone is
/// sent all the same: the state of that would be another without it.
void Cancels::ask(Request& request, Instant now)
{
    DeadlineList::disarm(request.client->welcome);
    Client* client = find(request.traits.cancels);
    if (client == nullptr || client->state == Client::State::closing)
        return;
    if (client->inFlight > 0)
    {
        Lane& lane = *client->lane;
        if (!stop(lane, now))
            return;
        _mux.observer.requestCancelled(client->id, lane.target);
        const auto errand = std::find_if(_errands.begin(), _errands.end(),
                                         [&lane](const Errand& each) { return each.number == lane.cancel; });
        errand->awaiting.push_back(request.client->id);
        request.awaitsCancel = true;
    }
    else
        stopQueued(*client, now);
}

void Cancels::stopQueued(Client& client, Instant now)
{
    if (client.next == nullptr || client.pin.lane != nullptr || client.next->traits.vital ||
        !client.next->traits.answered)
        return;
    _mux.observer.requestCancelled(client.id, {});
    _mux.answers.fail(*client.next, CloseReason::cancelled, now);
}

/// The client of whom this request speaks, if it is of the same user.
Client* Cancels::equalOf(const Request& request) const
{
    Client* client = find(request.traits.stops);
    if (client == nullptr || client->state == Client::State::closing || client->conversation->user().empty())
        return nullptr;
    return client->conversation->user() == request.client->conversation->user() ? client : nullptr;
}

/// The connections of another target have other numbers.
bool Cancels::maySay(const Lane& lane, const Request& request) const
{
    const Client* client = equalOf(request);
    return client == nullptr || client->inFlight == 0 ||
           (client->lane != &lane && _mux.pool.targetOf(client->lane->number) == _mux.pool.targetOf(lane.number));
}

/// Whether its target has no other place: nobody could say anything there before it is free again.
bool Cancels::isAlone(const Lane& lane) const
{
    for (std::size_t place = 0; place < _mux.pool.size(); ++place)
        if (place != lane.number && _mux.pool.targetOf(place) == _mux.pool.targetOf(lane.number))
            return false;
    return true;
}

bool Cancels::aim(Request& request, const Lane* by, Instant now)
{
    RequestTraits& traits = request.traits;
    Client* client = equalOf(request);
    Lane* lane = client != nullptr && client->inFlight > 0 ? client->lane : nullptr;
    const bool isNobody = client == nullptr || (lane != nullptr && isAlone(*lane));
    const bool isSaid = isNobody || lane == nullptr || (by != nullptr && lane->cancel != 0);
    if (!isSaid && by == nullptr)
        return true;
    const auto dialog = isSaid || !maySay(*by, request) ? nullptr : _mux.policy.responses.stopping(*lane);
    if (dialog == nullptr)
    {
        if (isNobody || !isSaid)
            traits.reply = std::exchange(traits.seed, {});
        else if (traits.evicts)
            _evicted.push_back(client->id);
        else if (lane == nullptr)
            stopQueued(*client, now);
        request.client->conversation->unsent(traits);
        return false;
    }
    traits.reply = dialog->opening();
    request.errand = lane->cancel = ++_last;
    _errands.push_back({lane->cancel, lane->target, {}, traits.evicts ? client->id : ClientId{}});
    _mux.lanes.updateLoad(*lane);
    _mux.observer.requestCancelled(client->id, lane->target);
    return true;
}

bool Cancels::stop(Lane& lane, Instant now)
{
    constexpr std::size_t MOST = 2; // for each lane: those of lanes that were closed meanwhile
    if (lane.cancel != 0)
        return true;
    if (lane.login != nullptr || _errands.size() >= MOST * _mux.lanes.all().size())
        return false;
    const std::string says = _mux.policy.responses.cancellation(lane);
    if (says.empty())
        return stopFromElsewhere(lane, now);
    lane.cancel = ++_last;
    _errands.push_back({lane.cancel, lane.target, {}, {}});
    _mux.lanes.updateLoad(lane);
    const Duration timeout = _mux.settings.connectTimeout;
    _mux.effects.beginErrand(lane.cancel, _mux.pool.targetOf(lane.number), says,
                             timeout.isOff() ? Instant::never() : now + timeout);
    return true;
}

/// It is said on a connection of the same login that is free just now.
bool Cancels::stopFromElsewhere(Lane& lane, Instant now)
{
    if (!_mux.settings.conversation.kills)
        return false;
    const auto mayBe = [this, &lane](const Lane& other)
    {
        return &other != &lane && other.pin.client == nullptr && other.login == nullptr && other.user != nullptr &&
               lane.user != nullptr && other.user->key == lane.user->key && Users::isFree(_mux, other) &&
               _mux.pool.targetOf(other.number) == _mux.pool.targetOf(lane.number);
    };
    for (const auto& other : _mux.lanes.all())
    {
        if (!mayBe(*other))
            continue;
        auto dialog = _mux.policy.responses.stopping(lane);
        if (dialog == nullptr)
            return false;
        lane.cancel = ++_last;
        _errands.push_back({lane.cancel, lane.target, {}, {}});
        _mux.lanes.updateLoad(lane);
        _mux.policy.responses.say(*other, std::move(dialog), lane.cancel, now);
        return true;
    }
    return false;
}

void Cancels::ended(std::uint64_t number, ErrandEnd how, Instant now)
{
    const auto found =
        std::find_if(_errands.begin(), _errands.end(), [number](const Errand& each) { return each.number == number; });
    if (found == _errands.end())
        return;
    const Errand errand = std::move(*found);
    _errands.erase(found);
    Lane* lane = _mux.lanes.find(errand.target);
    if (lane != nullptr && how == ErrandEnd::unknown)
        _mux.lanes.close(*lane, CloseReason::cancelUnknown, How::abort, now);
    else if (lane != nullptr)
    {
        lane->cancel = 0;
        _mux.lanes.updateLoad(*lane);
        _mux.policy.responses.afterCancel(*lane, now);
        _mux.sending.pumpAll();
    }
    for (const ClientId asker : errand.awaiting)
        answer(asker, now);
    if (errand.evicted.isValid())
        _evicted.push_back(errand.evicted);
}

void Cancels::refused(std::uint64_t number)
{
    for (Errand& each : _errands)
        if (each.number == number)
            each.evicted = {};
}

void Cancels::settle(Instant now)
{
    while (!isSettled())
    {
        for (const auto& [number, how] : std::exchange(_answered, {}))
            ended(number, how, now);
        for (const ClientId each : std::exchange(_evicted, {}))
            if (Client* client = _mux.clients.find(each))
                _mux.clients.close(*client, CloseReason::evicted, How::abort, now);
    }
}

void Cancels::answer(ClientId asker, Instant now)
{
    Client* client = _mux.clients.find(asker);
    if (client == nullptr)
        return;
    for (Request* each = client->requests.first(); each != nullptr; each = client->requests.next(*each))
        each->awaitsCancel = false;
    _mux.answers.reply(*client, now);
}

Client* Cancels::find(std::uint64_t number) const
{
    Client* found = nullptr;
    _mux.clients.forEach(
        [number, &found](Client& client)
        {
            if (client.number == number)
                found = &client;
        });
    return found;
}

} // namespace proximux
