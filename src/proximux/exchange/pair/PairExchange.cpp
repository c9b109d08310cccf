#include <proximux/exchange/LeavingReason.h>
#include <proximux/exchange/pair/PairState.h>

#include <algorithm>
#include <cassert>

namespace proximux
{

namespace
{

using PairState = PairExchange::State;

struct PairMove
{
    PairState from;
    PairState to;
};

constexpr PairMove PAIR_MOVES[] = {
    {PairState::connecting, PairState::open},        {PairState::open, PairState::clientEnded},
    {PairState::open, PairState::targetEnded},       {PairState::open, PairState::targetLost},
    {PairState::clientEnded, PairState::bothEnded},  {PairState::targetEnded, PairState::bothEnded},
    {PairState::targetEnded, PairState::targetLost}, {PairState::targetLost, PairState::bothEnded},
};

[[maybe_unused]] bool isLegal(PairState from, PairState to)
{
    for (const PairMove& move : PAIR_MOVES)
        if (move.from == from && move.to == to)
            return true;
    return false;
}

} // namespace

PairExchange::PairExchange(const PairExchangeSettings& settings, PairEffects& effects, PairPool& pool)
    : _settings(settings)
    , _effects(effects)
    , _pool(pool)
    , _paused(pool.targets().isPaused())
    , _inactive(settings.inactiveTimeout)
    , _idle(settings.idleTimeout)
    , _halfClosed(settings.halfCloseTimeout)
    , _parting(settings.partingTimeout)
    , _waiting(settings.connectTimeout)
{
}

PairExchange::~PairExchange() = default;

// ------------------------------------------------------------------------------------------------ opening

void PairExchange::clientOpened(ClientId client, Instant now)
{
    if (client.slot >= _pairs.size())
        _pairs.resize(client.slot + 1);
    assert(!_pairs[client.slot]);
    _pairs[client.slot] = std::make_unique<Pair>(client, _settings.connectBy(now));
    ++_size;
    _effects.holdClient(client, true); // its bytes wait with the system until there is somebody to have them
    connect(*_pairs[client.slot], now);
}

void PairExchange::connect(Pair& pair, Instant now)
{
    static const std::vector<bool> NONE;
    const auto grant = _pool.acquire(pair.client, pair.tried ? *pair.tried : NONE, pair.connectBy, now);
    if (!grant)
        return refuse(pair, now);
    pair.target = grant->id;
    pair.targetIndex = grant->target;
}

/// There is no target for it now; in a pause it waits for one.
void PairExchange::refuse(Pair& pair, Instant now)
{
    const Targets& targets = _pool.targets();
    if (_paused || targets.isPaused())
        return _waiting.arm(pair.waiting, now);
    close(pair, targets.isAnyUsed() ? CloseReason::noTarget : CloseReason::allDrained, How::finish, now);
}

void PairExchange::targetFailed(TargetId target, Instant now)
{
    if (Pair* pair = find(target))
    {
        _pool.failed(target, now);
        tryNext(*pair, target, now);
    }
}

void PairExchange::targetUnavailable(TargetId target, Instant now)
{
    if (Pair* pair = find(target))
    {
        _pool.closed(target, now);
        tryNext(*pair, target, now);
    }
}

/// The attempt to reach this target has ended: on to one that was not yet tried.
void PairExchange::tryNext(Pair& pair, TargetId target, Instant now)
{
    if (!pair.tried)
        pair.tried = std::make_unique<std::vector<bool>>();
    if (pair.tried->size() <= pair.targetIndex)
        pair.tried->resize(pair.targetIndex + 1);
    (*pair.tried)[pair.targetIndex] = true;
    _effects.closeTarget(target, CloseReason::noTarget, How::abort);
    pair.target = {};
    connect(pair, now);
}

void PairExchange::targetOpened(TargetId target, Instant now)
{
    Pair* pair = find(target);
    if (pair == nullptr)
        return;
    _pool.opened(target, now);
    pair->tried.reset();
    move(*pair, State::open, now);
    pair->watcher = _effects.paired(pair->client, target);
    _effects.holdClient(pair->client, false);
    active(*pair, now);
}

// ------------------------------------------------------------------------------------------------ bytes

void PairExchange::request(ClientId client, Bytes bytes, Instant now)
{
    Pair* pair = find(client);
    if (pair == nullptr || !pair->target.isValid())
        return; // nobody is left to have them
    const std::size_t waiting = _effects.toTarget(pair->target, bytes);
    if (pair->watcher)
        pair->watcher->fromClient(bytes, now);
    targetWaits(*pair, waiting);
    active(*pair, now);
}

void PairExchange::response(TargetId target, Bytes bytes, Instant now)
{
    Pair* pair = find(target);
    if (pair == nullptr)
        return;
    const std::size_t waiting = _effects.toClient(pair->client, bytes);
    if (pair->watcher)
        pair->watcher->fromTarget(bytes, now);
    clientWaits(*pair, waiting);
    active(*pair, now);
    closeIfDone(*pair, now);
}

void PairExchange::clientSent(ClientId client, std::size_t waiting, Instant now)
{
    Pair* pair = find(client);
    if (pair == nullptr)
        return;
    clientWaits(*pair, waiting);
    if (pair->state == State::targetLost)
        _halfClosed.arm(pair->halfClosed, now);
    active(*pair, now);
    closeIfDone(*pair, now);
}

void PairExchange::targetSent(TargetId target, std::size_t waiting, Instant now)
{
    Pair* pair = find(target);
    if (pair == nullptr)
        return;
    targetWaits(*pair, waiting);
    active(*pair, now);
    closeIfDone(*pair, now);
}

/// What waits for the client holds its target.
void PairExchange::clientWaits(Pair& pair, std::size_t waiting)
{
    const bool held = pair.clientWaiting > 0;
    pair.clientWaiting = waiting;
    if (held == (waiting > 0))
        return;
    if (pair.target.isValid())
        _effects.holdTarget(pair.target, !held);
    if (!held)
        DeadlineList::disarm(pair.inactive);
}

/// What waits for the target holds its client.
void PairExchange::targetWaits(Pair& pair, std::size_t waiting)
{
    const bool held = pair.targetWaiting > 0;
    pair.targetWaiting = waiting;
    if (held == (waiting > 0))
        return;
    _effects.holdClient(pair.client, !held);
    if (!held)
        DeadlineList::disarm(pair.idle);
}

/// A byte moved.
void PairExchange::active(Pair& pair, Instant now)
{
    if (pair.clientWaiting == 0)
        _inactive.arm(pair.inactive, now);
    if (pair.targetWaiting == 0)
        _idle.arm(pair.idle, now);
    if (pair.state != State::open && pair.state != State::targetLost)
        _halfClosed.arm(pair.halfClosed, now);
}

// ------------------------------------------------------------------------------------------------ the end

void PairExchange::clientEnded(ClientId client, Instant now)
{
    Pair* pair = find(client);
    if (pair == nullptr)
        return;
    move(*pair, pair->state == State::open ? State::clientEnded : State::bothEnded, now);
    if (closeIfDone(*pair, now))
        return; // closing sends FIN, too
    if (pair->target.isValid())
        _effects.endTarget(pair->target);
}

void PairExchange::targetEnded(TargetId target, Instant now)
{
    Pair* pair = find(target);
    if (pair == nullptr)
        return;
    move(*pair, pair->state == State::open ? State::targetEnded : State::bothEnded, now);
    if (!closeIfDone(*pair, now))
        _effects.endClient(pair->client);
}

void PairExchange::clientLost(ClientId client, Instant now)
{
    Pair* pair = find(client);
    if (pair != nullptr)
        close(*pair, CloseReason::clientLost, How::abort, now);
}

void PairExchange::targetLost(TargetId target, Instant now)
{
    Pair* pair = find(target);
    if (pair == nullptr)
        return;
    closeTarget(*pair, CloseReason::targetLost, How::abort, now);
    targetWaits(*pair, 0); // what the client still sends is read and thrown away
    DeadlineList::disarm(pair->inactive);
    if (pair->state == State::open || pair->state == State::targetEnded)
    {
        _effects.endClient(pair->client);
        move(*pair, State::targetLost, now);
    }
    else if (pair->state == State::clientEnded)
    {
        _effects.endClient(pair->client);
        move(*pair, State::bothEnded, now);
    }
    closeIfDone(*pair, now);
}

void PairExchange::clientFaulted(ClientId client, Instant now)
{
    Pair* pair = find(client);
    if (pair != nullptr)
        close(*pair, CloseReason::fault, How::abort, now);
}

void PairExchange::targetFaulted(TargetId target, Instant now)
{
    clientFaulted(_pool.clientOf(target), now);
}

/// True: the pair is gone.
bool PairExchange::closeIfDone(Pair& pair, Instant now)
{
    if (pair.clientWaiting > 0 || pair.targetWaiting > 0)
        return false;
    const bool ended = pair.state == State::bothEnded;
    if (!ended && !((_draining || pair.leaving) && pair.watcher && pair.watcher->isAtRest()))
        return false;
    CloseReason reason = ended ? CloseReason::ended : CloseReason::drained;
    if (!ended && !_draining)
        reason = leavingReason(_pool.targets(), pair.targetIndex);
    close(pair, reason, How::finish, now);
    return true;
}

void PairExchange::closeTarget(Pair& pair, CloseReason reason, How how, Instant now)
{
    if (!pair.target.isValid())
        return;
    _effects.closeTarget(pair.target, reason, how);
    _pool.closed(pair.target, now);
    pair.target = {};
}

void PairExchange::close(Pair& pair, CloseReason reason, How how, Instant now)
{
    const std::unique_ptr<Pair> last = std::move(_pairs[pair.client.slot]);
    --_size;
    if (last->watcher)
        last->watcher->ended(now);
    last->watcher.reset(); // its listener may be gone with the client
    closeTarget(*last, reason, how, now);
    _effects.closeClient(last->client, reason, how);
}

// ------------------------------------------------------------------------------------------------ deadlines, drain

Instant PairExchange::expire(Instant now)
{
    expire(_inactive, CloseReason::inactive, now);
    expire(_idle, CloseReason::idle, now);
    expire(_halfClosed, CloseReason::halfCloseTimeout, now);
    expire(_waiting, CloseReason::paused, now);
    while (Deadline* due = _parting.takeDue(now))
    {
        Pair& pair = Due<Pair>::owner(*due);
        close(pair, leavingReason(_pool.targets(), pair.targetIndex), How::finish, now);
    }
    return std::min({_inactive.first(), _idle.first(), _halfClosed.first(), _parting.first(), _waiting.first()});
}

void PairExchange::expire(DeadlineList& list, CloseReason reason, Instant now)
{
    while (Deadline* due = list.takeDue(now))
        close(Due<Pair>::owner(*due), reason, How::finish, now);
}

void PairExchange::drain(Instant now)
{
    _draining = true;
    for (std::size_t i = 0; i < _pairs.size(); ++i)
        if (_pairs[i] && _pairs[i]->state == State::open)
            closeIfDone(*_pairs[i], now);
}

void PairExchange::closeAll(CloseReason reason, Instant now)
{
    for (std::size_t i = 0; i < _pairs.size(); ++i)
        if (_pairs[i])
            close(*_pairs[i], reason, How::abort, now);
}

// ------------------------------------------------------------------------------------------------ the rest

PairExchange::Pair* PairExchange::find(ClientId client) const
{
    if (!client.isValid() || client.slot >= _pairs.size())
        return nullptr;
    Pair* pair = _pairs[client.slot].get();
    return pair != nullptr && pair->client == client ? pair : nullptr;
}

void PairExchange::move(Pair& pair, State state, Instant now)
{
    assert(isLegal(pair.state, state));
    pair.state = state;
    if (state != State::open)
        _halfClosed.arm(pair.halfClosed, now);
}

const char* toString(PairExchange::State state)
{
    switch (state)
    {
    case PairState::connecting:
        return "connecting";
    case PairState::open:
        return "open";
    case PairState::clientEnded:
        return "clientEnded";
    case PairState::targetEnded:
        return "targetEnded";
    case PairState::bothEnded:
        return "bothEnded";
    case PairState::targetLost:
        return "targetLost";
    }
    return "";
}

} // namespace proximux
