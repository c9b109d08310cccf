// PairExchange: what an administrator is told and asks for.

#include <proximux/exchange/pair/PairState.h>

namespace proximux
{

void PairExchange::clientKilled(ClientId client, Instant now)
{
    if (Pair* pair = find(client))
        close(*pair, CloseReason::killed, How::abort, now);
}

void PairExchange::inspect(ExchangeInspection& into) const
{
    for (const auto& pair : _pairs)
    {
        if (!pair)
            continue;
        ClientInspection& client = into.clients.emplace_back();
        client.id = pair->client;
        client.state = toString(pair->state);
        client.target = pair->target;
        if (!pair->target.isValid())
            continue;
        TargetInspection& target = into.targets.emplace_back();
        target.id = pair->target;
        target.target = pair->targetIndex;
        target.state = client.state;
        target.client = pair->client;
    }
}

} // namespace proximux
