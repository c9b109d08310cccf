#include <proximux/exchange/mux/Cancels.h>

#include <proximux/exchange/mux/Mux.h>

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
    else if (client->next != nullptr && client->pin.lane == nullptr && !client->next->traits.vital)
    {
        _mux.observer.requestCancelled(client->id, {});
        _mux.answers.fail(*client->next, CloseReason::cancelled, now);
    }
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
        return false;
    lane.cancel = ++_last;
    _errands.push_back({lane.cancel, lane.target, {}});
    _mux.lanes.updateLoad(lane);
    const Duration timeout = _mux.settings.connectTimeout;
    _mux.effects.beginErrand(lane.cancel, _mux.pool.targetOf(lane.number), says,
                             timeout.isOff() ? Instant::never() : now + timeout);
    return true;
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
        _mux.sending.pumpAll();
    }
    for (const ClientId asker : errand.awaiting)
        answer(asker, now);
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
