// PairExchange: what a reload, health checks and an administrator change.

#include <proximux/exchange/LeavingReason.h>
#include <proximux/exchange/pair/PairState.h>

namespace proximux
{

void PairExchange::reconfigure(const PairExchangeSettings& settings, Instant now)
{
    _settings = settings;
    _inactive.change(settings.inactiveTimeout);
    _idle.change(settings.idleTimeout);
    _halfClosed.change(settings.halfCloseTimeout);
    _parting.change(settings.partingTimeout);
    _waiting.change(settings.connectTimeout);
    _paused = _pool.targets().isPaused();
    for (std::size_t i = 0; i < _pairs.size(); ++i)
        if (_pairs[i])
            reconfigure(*_pairs[i], now);
}

void PairExchange::reconfigure(Pair& pair, Instant now)
{
    if (!review(pair, now) || pair.state == State::connecting)
        return;
    if (!pair.inactive.isArmed() && pair.clientWaiting == 0 && pair.target.isValid())
        _inactive.arm(pair.inactive, now);
    if (!pair.idle.isArmed() && pair.targetWaiting == 0)
        _idle.arm(pair.idle, now);
    if (!pair.halfClosed.isArmed() && pair.state != State::open && pair.state != State::targetLost)
        _halfClosed.arm(pair.halfClosed, now);
}

void PairExchange::healthChanged(Instant now)
{
    _paused = _pool.targets().isPaused();
    for (std::size_t i = 0; i < _pairs.size(); ++i)
        if (_pairs[i] && review(*_pairs[i], now) && _pairs[i]->state == State::open)
            closeIfDone(*_pairs[i], now);
}

/// Its target may be gone, or avoided. False: the pair may be gone.
bool PairExchange::review(Pair& pair, Instant now)
{
    const Targets& targets = _pool.targets();
    const bool isGone = pair.target.isValid() && targets.numberOf(pair.targetIndex) == 0;
    if (pair.state == State::connecting)
    {
        const bool hasOne = pair.target.isValid() && !isGone && !targets.isAvoided(pair.targetIndex);
        const bool waits = !pair.target.isValid() && _paused;
        if (hasOne || waits)
            return true;
        connectAnew(pair, now);
        return false;
    }
    pair.leaving = pair.target.isValid() && targets.avoidance(pair.targetIndex) == Targets::Avoidance::closed;
    if (!isGone && !pair.leaving)
        DeadlineList::disarm(pair.parting);
    else if (!pair.parting.isArmed())
        _parting.arm(pair.parting, now);
    return true;
}

/// To another target; after a pause to any, with all the time for that again.
void PairExchange::connectAnew(Pair& pair, Instant now)
{
    if (!pair.target.isValid())
    {
        DeadlineList::disarm(pair.waiting);
        pair.tried.reset();
        pair.connectBy = _settings.connectBy(now);
    }
    closeTarget(pair, leavingReason(_pool.targets(), pair.targetIndex), How::abort, now);
    connect(pair, now);
}

} // namespace proximux
