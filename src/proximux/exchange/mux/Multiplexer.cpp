#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>
#include <utility>

namespace proximux
{

Multiplexer::Multiplexer(const MultiplexerSettings& settings, MultiplexerEffects& effects, LanePool& pool)
    : _settings(settings)
    , _random(settings.seed)
    , _effects(effects)
    , _pool(pool)
    , _pinning(settings.maxPinned)
    , _stalls(settings.stallTimeout, _queue, _pinning)
    , _orphans(settings)
    , _memory({settings.reserve, settings.requestBuffer, settings.responseBuffer, settings.totalBuffer})
    , _retries(_settings, _memory)
    , _records(_settings, pool.size())
    , _timers(settings)
{
    for (std::size_t i = 0; i < pool.size(); ++i)
        _lanes.push_back(std::make_unique<Lane>(i));
}

Multiplexer::~Multiplexer()
{
    _queue.clear();
    for (const auto& lane : _lanes)
        while (Request* request = lane->pipeline.first())
        {
            lane->pipeline.remove(*request);
            DeadlineList::disarm(request->answer);
            DeadlineList::disarm(request->queue);
            if (request->client == nullptr)
                recycle(*request);
        }
    for (const auto& client : _clients)
        while (Request* request = client ? client->requests.first() : nullptr)
        {
            client->requests.remove(*request);
            DeadlineList::disarm(request->queue);
            DeadlineList::disarm(request->pin);
            request->client = nullptr; // nothing is accounted any more: that would ask the derived class
            recycle(*request);
        }
}

/// What a call has made possible is done before it returns.
void Multiplexer::finishCall(Instant now)
{
    do
    {
        if (_orphans.hasAny())
            leaveLanes(now);
        while (Client* client = _delayed.first())
        {
            _delayed.remove(*client);
            if (client->state != Client::State::closing)
                look(*client, now);
        }
        if (std::exchange(_pumpAll, false))
            for (const auto& lane : _lanes)
                pump(*lane, now);
        if (_targetFailed)
            failUnavailable(now);
        updateFullness(now);
        if (_pinning.hasIdle())
            endIdlePins(now);
        openMore(now);
    } while (!_delayed.isEmpty() || _pumpAll);
    _stalls.update(now);
    _orphans.update(
        _lanes, [this](const Lane& lane) { return isInUse(lane); }, now);
    _requests.trim(); // until here, whoever ended a request may still look at it
}

/// With the limit of the queue reached nobody is read; when a quarter is free again, all are.
void Multiplexer::updateFullness(Instant now)
{
    const std::size_t queued = _queued + _others.queued;
    updateMemory(now);
    if (!_full && queued >= _settings.maxQueue)
    {
        _full = true;
        for (const auto& client : _clients)
            if (client)
                updateClient(*client, now);
    }
    else if (_full && queued <= _settings.maxQueue / 4 * 3)
    {
        _full = false;
        for (const auto& client : _clients)
            if (client)
                lookAgain(*client);
    }
}

void Multiplexer::setOthers(const Usage& others, Instant now)
{
    if (others.kept == _others.kept && others.shared == _others.shared && others.unfinished == _others.unfinished &&
        others.queued == _others.queued && others.pinned == _others.pinned)
        return;
    _pumpAll = _pumpAll || others.pinned < _others.pinned;
    _others = others;
    _memory.setOthers({others.kept, others.shared, others.unfinished});
    _pinning.setOthers(others.pinned);
    finishCall(now);
}

void Multiplexer::drain(Instant now)
{
    _draining = true;
    for (const auto& lane : _lanes)
        if (lane->silent)
            gapPassed(*lane, now);
    for (const auto& client : _clients)
        if (client)
            lookAgain(*client);
    finishCall(now);
}

void Multiplexer::closeAll(CloseReason reason, Instant now)
{
    _queue.clear(); // nobody is served any more
    for (const auto& client : _clients)
        if (client)
            closeClient(*client, reason, How::abort, now);
    for (const auto& lane : _lanes)
        if (lane->target.isValid())
            closeLane(*lane, reason, How::abort, now);
}

} // namespace proximux
