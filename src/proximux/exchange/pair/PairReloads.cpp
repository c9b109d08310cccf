// PairExchange: what a reload changes.

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
    for (std::size_t i = 0; i < _pairs.size(); ++i)
        if (_pairs[i])
            reconfigure(*_pairs[i], now);
}

void PairExchange::reconfigure(Pair& pair, Instant now)
{
    if (!pair.target.isValid() || _pool.isThere(pair.targetIndex))
        DeadlineList::disarm(pair.parting);
    else if (pair.state != State::connecting)
    {
        if (!pair.parting.isArmed())
            _parting.arm(pair.parting, now);
    }
    else
    {
        closeTarget(pair, CloseReason::outgoing, How::abort, now);
        return connect(pair, now); // to another; and it may be gone then
    }
    if (pair.state == State::connecting)
        return;
    if (!pair.inactive.isArmed() && pair.clientWaiting == 0 && pair.target.isValid())
        _inactive.arm(pair.inactive, now);
    if (!pair.idle.isArmed() && pair.targetWaiting == 0)
        _idle.arm(pair.idle, now);
    if (!pair.halfClosed.isArmed() && pair.state != State::open && pair.state != State::targetLost)
        _halfClosed.arm(pair.halfClosed, now);
}

} // namespace proximux
