// Worker: what an administrator sees and does.

#include <proximux/proxy/Worker.h>

#include <utility>

namespace proximux
{

namespace
{

std::optional<Duration> waitSince(Instant since, Instant now)
{
    return since == Instant::never() ? std::nullopt : std::optional<Duration>(now - since);
}

} // namespace

WorkerView Worker::inspect() const
{
    const Instant now = _reactor.now();
    ExchangeInspection seen;
    _exchange.inspect(seen);
    WorkerView view;
    for (const ClientInspection& each : seen.clients)
    {
        ClientSession* session = _clients.find(each.id);
        if (session == nullptr)
            continue;
        const ConnectionTally& tally = session->tally();
        const TargetConnection* connection = _targets.find(each.target);
        view.clients.push_back({session->info(), each.state, now - tally.opened, tally.requests, each.inFlight,
                                each.queued, waitSince(each.waitsSince, now), tally.bytesIn, tally.bytesOut,
                                connection != nullptr ? connection->number() : 0, each.pins,
                                each.pins != 0 ? now - each.pinnedSince : Duration{}});
    }
    for (const TargetInspection& each : seen.targets)
    {
        const TargetConnection* connection = _targets.find(each.id);
        if (connection == nullptr)
            continue;
        const ClientSession* session = _clients.find(each.client);
        view.connections.push_back({connection->number(), _runtime.targets.numberOf(each.target),
                                    _runtime.directory.of(each.target)->endpoint.toString(), each.state,
                                    now - connection->since(), session != nullptr ? session->info().number : 0,
                                    each.pins, each.pins != 0 ? now - each.pinnedSince : Duration{}, each.inFlight});
    }
    view.queued = seen.queued;
    view.waits = waitSince(seen.waitsSince, now);
    return view;
}

std::size_t Worker::kill(const std::function<bool(const ClientInfo&)>& chosen)
{
    std::size_t killed = 0;
    for (const ClientId client : _clients.ids())
    {
        const ClientSession* session = _clients.find(client); // a listener may have closed it meanwhile
        if (session == nullptr || !chosen(session->info()))
            continue;
        _exchange.clientKilled(client, _reactor.now());
        ++killed;
    }
    return killed;
}

void Worker::reviewTargets(std::function<void()> unconnected)
{
    if (unconnected)
        _whenUnconnected.add(std::move(unconnected)); // the end of this turn looks
    if (_checks)
        _checks->reviewTargets();
    _exchange.healthChanged(_reactor.now());
    if (!_runtime.targets.isPaused())
        _whenUnconnected.callAll();
}

} // namespace proximux
