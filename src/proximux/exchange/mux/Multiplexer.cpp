#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>

namespace proximux
{

Multiplexer::~Multiplexer()
{
    _mux.queue.clear();
    for (const auto& lane : _mux.lanes.all())
        while (Request* request = lane->pipeline.first())
        {
            lane->pipeline.remove(*request);
            DeadlineList::disarm(request->answer);
            DeadlineList::disarm(request->queue);
            if (request->client == nullptr)
                _mux.sending.recycle(*request);
        }
    _mux.clients.forEach(
        [this](Client& client)
        {
            while (Request* request = client.requests.first())
            {
                client.requests.remove(*request);
                DeadlineList::disarm(request->queue);
                DeadlineList::disarm(request->pin);
                request->client = nullptr; // nothing is accounted any more: that would ask the policy
                _mux.sending.recycle(*request);
            }
        });
}

// ------------------------------------------------------------------------------------------------ what happens

void Multiplexer::clientOpened(ClientId client, Instant now)
{
    _mux.clients.opened(client, now);
    converge(now);
}

void Multiplexer::request(ClientId client, Bytes bytes, Instant now)
{
    if (Client* one = _mux.clients.find(client))
        _mux.clients.received(*one, bytes, now);
    converge(now);
}

void Multiplexer::clientEnded(ClientId client, Instant now)
{
    if (Client* one = _mux.clients.find(client))
        _mux.clients.ended(*one, now);
    converge(now);
}

void Multiplexer::clientSent(ClientId client, std::size_t waiting, Instant now)
{
    if (Client* one = _mux.clients.find(client))
        _mux.clients.sent(*one, waiting, now);
    converge(now);
}

void Multiplexer::clientLost(ClientId client, Instant now)
{
    if (Client* one = _mux.clients.find(client))
        _mux.clients.lost(*one, now);
    converge(now);
}

void Multiplexer::clientFaulted(ClientId client, Instant now)
{
    if (Client* one = _mux.clients.find(client))
        _mux.clients.close(*one, CloseReason::fault, How::abort, now);
    converge(now);
}

void Multiplexer::clientKilled(ClientId client, Instant now)
{
    if (Client* one = _mux.clients.find(client))
        _mux.clients.close(*one, CloseReason::killed, How::abort, now);
    converge(now);
}

void Multiplexer::targetOpened(TargetId target, Instant now)
{
    if (Lane* lane = _mux.lanes.find(target))
        _mux.opening.opened(*lane, now);
    converge(now);
}

void Multiplexer::targetSecured(TargetId target, const std::string& binding)
{
    Lane* lane = _mux.lanes.find(target);
    if (lane == nullptr)
        return;
    lane->binding = binding;
    if (lane->login != nullptr)
        lane->login->secured(binding);
}

void Multiplexer::targetFailed(TargetId target, Instant now)
{
    if (Lane* lane = _mux.lanes.find(target))
        _mux.opening.failed(*lane, CloseReason::noTarget, now);
    converge(now);
}

void Multiplexer::targetUnavailable(TargetId target, Instant now)
{
    if (Lane* lane = _mux.lanes.find(target))
        _mux.opening.unavailable(*lane, now);
    converge(now);
}

void Multiplexer::response(TargetId target, Bytes bytes, Instant now)
{
    if (Lane* lane = _mux.lanes.find(target))
        _mux.lanes.received(*lane, bytes, now);
    converge(now);
}

void Multiplexer::targetSent(TargetId target, std::size_t waiting, Instant now)
{
    if (Lane* lane = _mux.lanes.find(target))
        _mux.lanes.sent(*lane, waiting, now);
    converge(now);
}

void Multiplexer::targetEnded(TargetId target, Instant now)
{
    if (Lane* lane = _mux.lanes.find(target))
        _mux.lanes.ended(*lane, now);
    converge(now);
}

void Multiplexer::targetLost(TargetId target, Instant now)
{
    if (Lane* lane = _mux.lanes.find(target))
        _mux.lanes.lost(*lane, now);
    converge(now);
}

void Multiplexer::targetFaulted(TargetId target, Instant now)
{
    if (Lane* lane = _mux.lanes.find(target))
        _mux.lanes.close(*lane, CloseReason::fault, How::abort, now);
    converge(now);
}

Instant Multiplexer::expire(Instant now)
{
    if (_mux.sending.mayAwaitId() && _mux.records.restoreIds(now))
        _mux.sending.pumpAll(); // somebody may wait for one
    _mux.clients.expire(now);
    _mux.lanes.expire(now);
    _mux.outgoing.expire(now);
    while (Lane* lane = _mux.stalls.firstOverdue(now))
    {
        Client& client = *lane->stall.client;
        _mux.stalls.forget(*lane, now);
        _mux.clients.fail(client, CloseReason::stalled, lane->heldFor != nullptr, now);
    }
    _mux.leavers.expire(now);
    converge(now);
    return nextDeadline();
}

Instant Multiplexer::nextDeadline() const
{
    const Instant next =
        std::min({_mux.timers.next(), _mux.opening.next(), _mux.stalls.next(), _mux.orphans.next(_mux.lanes.all())});
    return _mux.sending.mayAwaitId() ? std::min(next, _mux.records.nextFreeId()) : next;
}

Backlog Multiplexer::backlog() const
{
    return {_mux.sending.queued(), _mux.queue.oldest()};
}

void Multiplexer::drain(Instant now)
{
    _mux.draining = true;
    for (const auto& lane : _mux.lanes.all())
        if (lane->silent)
            _mux.policy.responses.gapPassed(*lane, now);
    _mux.clients.forEach([this](Client& client) { _mux.clients.lookAgain(client); });
    converge(now);
}

void Multiplexer::closeAll(CloseReason reason, Instant now)
{
    _mux.queue.clear(); // nobody is served any more
    _mux.clients.forEach([this, reason, now](Client& client) { _mux.clients.close(client, reason, How::abort, now); });
    for (const auto& lane : _mux.lanes.all())
        if (lane->target.isValid())
            _mux.lanes.close(*lane, reason, How::abort, now);
}

void Multiplexer::reconfigure(const MultiplexerSettings& settings, const TargetChanges& changes, Instant now)
{
    _mux.settings = settings;
    _mux.timers.change(settings);
    _mux.pinning.setMost(settings.maxPinned);
    _mux.stalls.change(settings);
    _mux.orphans.change(settings);
    _mux.refused.clear();
    _mux.records.reconfigure(_mux.pool.size(), changes.fresh);
    _mux.opening.reconfigure(changes.fresh);
    _mux.opening.reviewTargets(now);
    _mux.backpressure.reconfigure();
    _mux.outgoing.reconfigure(now);
    _mux.clients.reconfigure(now);
    converge(now);
}

void Multiplexer::healthChanged(Instant now)
{
    _mux.pool.reviewTargets();
    _mux.opening.reviewTargets(now);
    _mux.outgoing.review(now);
    converge(now);
}

CheckStart Multiplexer::beginCheck(std::size_t target, const CheckRequest& request, Instant now)
{
    const CheckStart start = _mux.checks.begin(target, request, now);
    converge(now);
    return start;
}

void Multiplexer::endCheck(std::size_t target, Instant now)
{
    _mux.checks.end(target, now);
    converge(now);
}

void Multiplexer::errandEnded(std::uint64_t number, ErrandEnd how, Instant now)
{
    _mux.cancels.ended(number, how, now);
    converge(now);
}

/// Does what a call has made possible, until nothing more is to be done.
void Multiplexer::converge(Instant now)
{
    do
    {
        if (_mux.orphans.hasAny())
            _mux.leavers.leaveLanes(now);
        _mux.clients.lookAtDelayed(now);
        _mux.cancels.settle(now);
        _mux.outgoing.leave(now);
        _mux.sending.pumpIfDue(now);
        _mux.opening.failUnavailableIfDue(now);
        _mux.backpressure.updateAll(now);
        if (_mux.pinning.hasIdle())
            _mux.pinExpiry.endIdle(now);
        _mux.opening.openMore(now);
    } while (_mux.clients.hasDelayed() || _mux.sending.isPumpDue() || !_mux.cancels.isSettled());
    _mux.stalls.update(now);
    _mux.orphans.update(
        _mux.lanes.all(), [this](const Lane& lane) { return _mux.lanes.isInUse(lane); }, now);
    _mux.sending.trim();
}

// ------------------------------------------------------------------------------------------------ with others

Multiplexer::Usage Multiplexer::usage() const
{
    const MemoryBudget::Usage& memory = _mux.backpressure.memory().usage();
    return {memory.kept, memory.shared, memory.unfinished, _mux.sending.queued(), _mux.pinning.count()};
}

void Multiplexer::setOthers(const Usage& others, Instant now)
{
    if (others.kept == _others.kept && others.shared == _others.shared && others.unfinished == _others.unfinished &&
        others.queued == _others.queued && others.pinned == _others.pinned)
        return;
    if (others.pinned < _others.pinned)
        _mux.sending.pumpAll();
    _others = others;
    _mux.backpressure.setOthers({others.kept, others.shared, others.unfinished}, others.queued);
    _mux.pinning.setOthers(others.pinned);
    converge(now);
}

void Multiplexer::giveWay(Instant since, Instant now)
{
    _mux.sending.giveWay(since);
    if (_mux.sending.isPumpDue())
        converge(now);
}

bool Multiplexer::yield(Instant now)
{
    if (!_mux.lanes.yield(now))
        return false;
    converge(now);
    return true;
}

} // namespace proximux
