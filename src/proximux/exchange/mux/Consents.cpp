#include <proximux/exchange/mux/Consents.h>

#include <proximux/exchange/mux/Mux.h>

#include <utility>

namespace proximux
{

void Consents::headerSeen(Client& client, Instant now)
{
    if (client.conversation == nullptr)
        return;
    client.consent = client.conversation->header(client.input.waiting().substr(client.queued, client.partial));
    lookAgain(client, now);
}

void Consents::lookAgain(Client& client, Instant now)
{
    if (client.consent.text.empty() || !client.requests.isEmpty())
        return;
    if (client.consent.byTarget)
        return _mux.sending.queue(client, client.partial, false, now);
    client.waiting = _mux.effects.toClient(client.id, std::exchange(client.consent, {}).text);
    _mux.backpressure.update(client, now);
}

void Consents::begin(Client& client, Request& request)
{
    if (!client.consent.byTarget || request.whole)
        return;
    client.consentText = std::exchange(client.consent, {}).text;
    if (request.traits.asks)
        request.rest = Rest::awaited;
}

void Consents::restComes(Client& client)
{
    client.consent = {};
    if (client.large == nullptr || client.large->rest != Rest::awaited)
        return;
    client.large->rest = Rest::comes;
    DeadlineList::disarm(client.asking);
}

void Consents::sent(Request& request, Instant now)
{
    if (request.rest == Rest::awaited)
        _mux.timers.consent.arm(request.client->asking, now);
}

/// A client that was told to go on is not told again: there are clients that would send the rest twice.
bool Consents::answered(Request& request, const ResponseTraits& traits, Instant now)
{
    if (request.client == nullptr)
        return true;
    if (traits.kind != ResponseTraits::Kind::interim)
        refuse(request, now);
    if (traits.kind != ResponseTraits::Kind::interim || !traits.consents)
        return true;
    if (request.rest == Rest::told)
        return false;
    if (request.rest == Rest::awaited)
        tell(request, now);
    return true;
}

void Consents::refuse(Request& request, Instant now)
{
    if (request.rest != Rest::awaited)
        return;
    Client& client = *request.client;
    request.rest = Rest::refused;
    request.traits.hint |= request.traits.unasked;
    DeadlineList::disarm(client.asking);
    if (request.isSent())
        client.large = nullptr;
    _mux.clients.endRequests(client, CloseReason::ended, now);
}

/// From now on it is the client that is waited for.
void Consents::tell(Request& request, Instant now)
{
    request.rest = Rest::told;
    DeadlineList::disarm(request.client->asking);
    _mux.backpressure.update(*request.client, now);
    _mux.lanes.armResponse(*request.lane, now);
}

void Consents::expire(Instant now)
{
    while (Deadline* due = _mux.timers.consent.takeDue(now))
    {
        Client& client = Due<Client>::owner(*due);
        client.waiting = _mux.effects.toClient(client.id, client.consentText);
        tell(*client.large, now);
    }
}

} // namespace proximux
