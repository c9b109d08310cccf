#include <proximux/exchange/mux/Opening.h>

#include <proximux/exchange/mux/Mux.h>

#include <algorithm>
#include <string>
#include <utility>

namespace proximux
{

Opening::Opening(Mux& mux)
    : _mux(mux)
    , _noneUsed(!mux.pool.targets().isAnyUsed())
{
}

// -------------------------------------------------------------------------------------------- how many

bool Opening::open(Instant now)
{
    const std::size_t place = _mux.pool.open(now);
    if (place == LanePool::NONE)
        return false;
    _mux.lanes.at(place).target = _mux.pool.idOf(place);
    return true;
}

void Opening::warmUp(Instant now)
{
    while (open(now))
        continue;
}

void Opening::openMore(Instant now)
{
    _retry = Instant::never();
    while (_mux.pool.hasClosed() && wantsMore())
    {
        if (open(now))
            continue;
        _retry = _mux.pool.retryAt(now);
        if (!std::exchange(_noneOpens, true))
            _mux.sending.pumpAll(); // whoever wants a new one does with another now
        return;
    }
    _noneOpens = false;
}

bool Opening::wantsMore() const
{
    return wantingSince(_mux.sending.latest()) != Instant::never();
}

/// Of the requests that want a connection, beyond those for which one is under way, the oldest that came so early.
Instant Opening::wantingSince(Instant latest) const
{
    std::size_t wanting = 0;
    const std::size_t coming = _mux.pool.underWay() + signingIn();
    Instant oldest = Instant::never();
    const Request* more = _mux.queue.find(
        [&](const Request& request, bool pins)
        {
            if (request.came > latest || (pins && !_mux.pinning.mayPin()) ||
                !_mux.policy.choice.wantsConnection(request))
                return false;
            oldest = std::min(oldest, request.came);
            return ++wanting > coming;
        });
    return more != nullptr ? oldest : Instant::never();
}

/// Connections that are being signed in for somebody who waits.
std::size_t Opening::signingIn() const
{
    if (!_mux.settings.personal)
        return 0;
    return static_cast<std::size_t>(std::count_if(_mux.lanes.all().begin(), _mux.lanes.all().end(),
                                                  [](const auto& lane) { return lane->login != nullptr; }));
}

bool Opening::opensMore() const
{
    return _mux.pool.underWay() > 0 || (_mux.pool.hasClosed() && _retry == Instant::never());
}

Instant Opening::waitsSince() const
{
    const bool opens = _mux.pool.hasClosed() && _retry == Instant::never();
    return opens ? Instant::never() : wantingSince(Instant::never());
}

Instant Opening::next() const
{
    return std::min(_retry, _unavailable);
}

// -------------------------------------------------------------------------------------- one connection

void Opening::opened(Lane& lane, Instant now)
{
    _mux.pool.opened(lane.number);
    lane.lastByte = now;
    if (_mux.settings.connectDelay > Duration{0})
        _mux.timers.connectDelay.arm(lane.pause, now);
    else
        beginPrologue(lane, now);
}

void Opening::beginPrologue(Lane& lane, Instant now)
{
    const Prologue* prologue = prologueOf(lane);
    if (prologue != nullptr && !prologue->says.empty())
        _mux.effects.toTarget(lane.target, prologue->says);
    settling(lane, {}, now);
}

/// What is said on a new connection to this lane's target; null: nothing.
const Prologue* Opening::prologueOf(const Lane& lane) const
{
    const std::size_t target = _mux.pool.targetOf(lane.number);
    return target < _mux.settings.prologues.size() ? &_mux.settings.prologues[target] : nullptr;
}

/// The reply to the login leaves the input. False: not all of it has come, or it is none.
bool Opening::takeLogin(Lane& lane, const Prologue& prologue, Instant now)
{
    using State = LoginAnswer::State;
    if (!prologue.isJudged || !lane.greeting.empty())
        return true;
    const Bytes came = lane.input.waiting();
    if (lane.pause.isArmed()) // it was not spoken to yet
    {
        if (!came.empty())
            failed(lane, CloseReason::greeted, now);
        return false;
    }
    const LoginAnswer answer = _mux.policy.responses.judgeLogin(came);
    if (answer.state == State::more)
        _mux.timers.response.arm(lane.response, now);
    if (answer.state == State::refused)
    {
        const std::string said = answer.size > 0 ? _mux.policy.responses.describe(came.substr(0, answer.size)) : "";
        _mux.observer.prologueRefused(lane.target, said.empty() ? came : Bytes(said));
        failed(lane, CloseReason::prologueRefused, now);
    }
    if (answer.state != State::accepted)
        return false;
    lane.greeting.assign(came.substr(0, answer.size));
    lane.input.consume(answer.size);
    return true;
}

void Opening::settling(Lane& lane, Bytes bytes, Instant now)
{
    lane.input.take(bytes);
    lane.input.keep();
    const Prologue* prologue = prologueOf(lane);
    if (prologue != nullptr && !takeLogin(lane, *prologue, now))
        return;
    const Bytes expected = prologue != nullptr ? Bytes(prologue->expects) : Bytes();
    const Bytes came = lane.input.waiting();
    const bool heard = _mux.settings.hearsOthers() && expected.empty();
    const bool wrong = heard ? came.size() > _mux.settings.responseBuffer
                             : came.size() > expected.size() || came != expected.substr(0, came.size());
    if (wrong)
    {
        if (expected.empty())
            return failed(lane, CloseReason::greeted, now);
        _mux.observer.prologueRefused(lane.target, came);
        return failed(lane, CloseReason::prologueRefused, now);
    }
    if (lane.pause.isArmed() || lane.settle.isArmed())
        return; // it was not spoken to yet
    if (came.size() < expected.size())
        return _mux.timers.response.arm(lane.response, now);
    if (!heard)
        lane.input.clear();
    DeadlineList::disarm(lane.response);
    if (_mux.settings.settle > Duration{0})
        _mux.timers.settle.arm(lane.settle, now);
    else
        usable(lane, now);
}

void Opening::usable(Lane& lane, Instant now)
{
    _mux.pool.settled(lane.number, now);
    if (const Prologue* prologue = prologueOf(lane); prologue != nullptr && prologue->isAnswered())
        _mux.observer.prologueAccepted(lane.target);
    _mux.lanes.updateLoad(lane);
    _mux.policy.responses.prepare(lane);
    _mux.timers.inactive.arm(lane.inactive, now);
    _mux.outgoing.begin(lane, now);
    if (!lane.input.isEmpty())
    {
        if (!_mux.policy.responses.targetBytes(lane, now)) // what was heard meanwhile
            return;
        lane.input.keep();
    }
    _mux.sending.pump(lane, now);
}

void Opening::unanswered(Lane& lane, Instant now)
{
    _mux.observer.prologueRefused(lane.target, {});
    failed(lane, CloseReason::prologueRefused, now);
}

void Opening::failed(Lane& lane, CloseReason reason, Instant now)
{
    _mux.effects.closeTarget(lane.target, reason, How::abort);
    noteFailure(lane, now);
    _mux.pool.failed(lane.number, now);
    attemptEnded(lane, now);
}

void Opening::unavailable(Lane& lane, Instant now)
{
    _mux.effects.closeTarget(lane.target, CloseReason::noTarget, How::abort);
    _mux.pool.closed(lane.number, now);
    attemptEnded(lane, now);
}

/// Whoever waited for it may be served by another that has room.
void Opening::attemptEnded(Lane& lane, Instant now)
{
    _mux.lanes.empty(lane);
    for (const auto& other : _mux.lanes.all())
        _mux.sending.pump(*other, now);
}

// ------------------------------------------------------------------------------------ targets that fail

void Opening::noteFailure(const Lane& lane, Instant now)
{
    const std::size_t target = _mux.pool.targetOf(lane.number);
    if (_failedAt.size() <= target)
        _failedAt.resize(target + 1, BEFORE);
    _failedAt[target] = now;
    _targetFailed = true;
}

void Opening::reconfigure(const std::vector<std::size_t>& fresh)
{
    for (const std::size_t target : fresh)
        if (target < _failedAt.size())
            _failedAt[target] = BEFORE;
}

void Opening::reviewTargets(Instant now)
{
    const bool noneUsed = !_mux.pool.targets().isAnyUsed();
    if (_noneUsed && !noneUsed)
        _usedSince = now;
    _noneUsed = noneUsed;
    _targetFailed = true; // those that are left may all have failed
}

/// When the last of all targets failed that did so first, but for those that are avoided; BEFORE: one never did, or all
/// are avoided.
Instant Opening::allFailedAt() const
{
    const Targets& targets = _mux.pool.targets();
    Instant all = Instant::never();
    for (std::size_t target = 0; target < targets.count(); ++target)
        if (targets.numberOf(target) > 0 && !targets.isAvoided(target))
            all = std::min(all, target < _failedAt.size() ? _failedAt[target] : BEFORE);
    return all == Instant::never() ? BEFORE : all;
}

void Opening::failUnavailableIfDue(Instant now)
{
    if (_targetFailed || _unavailable <= now)
        failUnavailable(now);
}

/// Waits for pool.connect_timeout: whoever came before all of them failed last.
void Opening::failUnavailable(Instant now)
{
    _targetFailed = false;
    _unavailable = Instant::never();
    const auto inUse = [this](const auto& lane) { return _mux.lanes.isInUse(*lane); };
    const Instant all = allFailedAt();
    if (all == BEFORE || std::any_of(_mux.lanes.all().begin(), _mux.lanes.all().end(), inUse))
        return;
    _mux.clients.forEach(
        [this, all, now](const Client& client)
        {
            const ClientId id = client.id;
            for (const Client* each = &client; each != nullptr; each = _mux.clients.find(id))
            {
                Request* request = waitedInVain(*each, all, now);
                if (request == nullptr)
                    return;
                _mux.answers.fail(*request, CloseReason::noTarget, now);
            }
        });
}

/// A request of this client that waited in vain until now, or null. Says when the next one will have.
Request* Opening::waitedInVain(const Client& client, Instant failed, Instant now)
{
    for (Request* request = client.requests.first(); request != nullptr; request = client.requests.next(*request))
    {
        const Instant since = std::max(request->came, _usedSince);
        if (!request->is(Transaction::queued) || since > failed)
            continue;
        const Instant due = since + _mux.settings.connectTimeout;
        if (due <= now)
            return request;
        _unavailable = std::min(_unavailable, due);
    }
    return nullptr;
}

} // namespace proximux
