#include <proximux/exchange/mux/FramedExchange.h>

#include <utility>

namespace proximux
{

FramedExchange::FramedExchange(const MultiplexerSettings& settings, MultiplexerEffects& effects,
                               MultiplexerObserver& observer, LanePool& pool, std::shared_ptr<const Protocol> protocol)
    : Multiplexer(settings, effects, observer, pool, {_requests, _choice, _responses})
    , _protocol(std::move(protocol))
    , _fences(mux(), *_protocol)
    , _dialects(mux(), *_protocol, _fences)
    , _choice(mux())
    , _requests(mux(), *_protocol, _fences, _trial)
    , _responses(mux(), *_protocol, _fences, _dialects, _trial)
{
}

void FramedExchange::setTrial(bool trial, Instant now)
{
    _trial.isOn = trial;
    expire(now);
}

/// The one whose request is tried for longest, or null.
Lane* FramedExchange::oldestTrial() const
{
    Lane* oldest = nullptr;
    for (std::size_t i = 0; i < mux().pool.size() && _trial.isOn; ++i)
    {
        Lane& lane = mux().lanes.at(i);
        const Request* request = lane.pipeline.first();
        if (request != nullptr && !request->begun && lane.pin.client == nullptr &&
            (oldest == nullptr || request->sentAt < oldest->pipeline.first()->sentAt))
            oldest = &lane;
    }
    return oldest;
}

Instant FramedExchange::triesSince() const
{
    const Lane* oldest = oldestTrial();
    return oldest == nullptr ? Instant::never() : oldest->pipeline.first()->sentAt;
}

void FramedExchange::giveUpTrial(Instant now)
{
    if (Lane* oldest = oldestTrial())
        mux().lanes.close(*oldest, CloseReason::responseTimeout, How::abort, now);
    expire(now);
}

} // namespace proximux
