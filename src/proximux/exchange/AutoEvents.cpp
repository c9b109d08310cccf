// AutoExchange: what happens to clients and targets passes on to the exchange that has them.

#include <proximux/exchange/AutoExchange.h>

#include <algorithm>

namespace proximux
{

void AutoExchange::targetOpened(TargetId target, Instant now)
{
    if (Multiplexer* exchange = exchangeOf(_tenants, target))
        exchange->targetOpened(target, now);
    settle(now);
}

void AutoExchange::targetFailed(TargetId target, Instant now)
{
    if (Multiplexer* exchange = exchangeOf(_tenants, target))
        exchange->targetFailed(target, now);
    settle(now);
}

void AutoExchange::targetUnavailable(TargetId target, Instant now)
{
    if (Multiplexer* exchange = exchangeOf(_tenants, target))
        exchange->targetUnavailable(target, now);
    settle(now);
}

void AutoExchange::response(TargetId target, Bytes bytes, Instant now)
{
    if (Multiplexer* exchange = exchangeOf(_tenants, target))
        exchange->response(target, bytes, now);
    settle(now);
}

/// What it said before is all that it says.
void AutoExchange::clientEnded(ClientId client, Instant now)
{
    if (Newcomer* ended = newcomer(client))
    {
        if (ended->said.isEmpty())
            return close(*ended, CloseReason::ended, How::finish);
        found(*ended, _assumed, now);
    }
    if (Multiplexer* exchange = of(client))
        exchange->clientEnded(client, now);
    settle(now);
}

void AutoExchange::targetEnded(TargetId target, Instant now)
{
    if (Multiplexer* exchange = exchangeOf(_tenants, target))
        exchange->targetEnded(target, now);
    settle(now);
}

void AutoExchange::clientSent(ClientId client, std::size_t waiting, Instant now)
{
    if (Multiplexer* exchange = of(client))
        exchange->clientSent(client, waiting, now);
    settle(now);
}

void AutoExchange::targetSent(TargetId target, std::size_t waiting, Instant now)
{
    if (Multiplexer* exchange = exchangeOf(_tenants, target))
        exchange->targetSent(target, waiting, now);
    settle(now);
}

void AutoExchange::clientLost(ClientId client, Instant now)
{
    if (Newcomer* lost = newcomer(client))
        return close(*lost, CloseReason::clientLost, How::abort);
    if (Multiplexer* exchange = of(client))
        exchange->clientLost(client, now);
    settle(now);
}

void AutoExchange::targetLost(TargetId target, Instant now)
{
    if (Multiplexer* exchange = exchangeOf(_tenants, target))
        exchange->targetLost(target, now);
    settle(now);
}

void AutoExchange::clientFaulted(ClientId client, Instant now)
{
    if (Newcomer* faulted = newcomer(client))
        return close(*faulted, CloseReason::fault, How::abort);
    if (Multiplexer* exchange = of(client))
        exchange->clientFaulted(client, now);
    settle(now);
}

void AutoExchange::clientKilled(ClientId client, Instant now)
{
    if (Newcomer* killed = newcomer(client))
        return close(*killed, CloseReason::killed, How::abort);
    if (Multiplexer* exchange = of(client))
        exchange->clientKilled(client, now);
    settle(now);
}

void AutoExchange::targetFaulted(TargetId target, Instant now)
{
    if (Multiplexer* exchange = exchangeOf(_tenants, target))
        exchange->targetFaulted(target, now);
    settle(now);
}

Instant AutoExchange::expire(Instant now)
{
    while (Deadline* due = _ambiguous.takeDue(now))
        found(Due<Newcomer>::owner(*due), _assumed, now);
    while (Deadline* due = _idle.takeDue(now))
        close(Due<Newcomer>::owner(*due), CloseReason::idle, How::finish);
    for (const Tenant& tenant : _tenants)
        if (tenant.exchange)
            tenant.exchange->expire(now);
    settle(now);
    Instant next = std::min({_trialEnds, _ambiguous.first(), _idle.first()});
    for (const Tenant& tenant : _tenants)
        if (tenant.exchange)
            next = std::min(next, tenant.exchange->expire(now));
    return next;
}

void AutoExchange::drain(Instant now)
{
    _draining = true;
    for (const Client& client : _clients)
        if (client.newcomer)
            close(*client.newcomer, CloseReason::drained, How::finish);
    for (const Tenant& tenant : _tenants)
        if (tenant.exchange)
            tenant.exchange->drain(now);
    settle(now);
}

void AutoExchange::closeAll(CloseReason reason, Instant now)
{
    for (const Client& client : _clients)
        if (client.newcomer)
            close(*client.newcomer, reason, How::abort);
    for (const Tenant& tenant : _tenants)
        if (tenant.exchange)
            tenant.exchange->closeAll(reason, now);
}

void AutoExchange::inspect(ExchangeInspection& into) const
{
    for (const Client& client : _clients)
        if (client.newcomer)
        {
            ClientInspection& seen = into.clients.emplace_back();
            seen.id = client.id;
            seen.state = "new";
        }
    for (const Tenant& tenant : _tenants)
        if (tenant.exchange)
            tenant.exchange->inspect(into);
}

/// Nothing is known yet.
void AutoExchange::warmUp(Instant now)
{
    tenant(_assumed, now).warmUp(now);
}

void AutoExchange::healthChanged(Instant now)
{
    for (const Tenant& tenant : _tenants)
        if (tenant.exchange)
            tenant.exchange->healthChanged(now);
    settle(now);
}

Instant AutoExchange::heardFrom(std::size_t target) const
{
    Instant last;
    for (const Tenant& tenant : _tenants)
        if (tenant.exchange)
            last = std::max(last, tenant.exchange->heardFrom(target));
    return last;
}

} // namespace proximux
