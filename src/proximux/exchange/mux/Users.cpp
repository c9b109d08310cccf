#include <proximux/exchange/mux/Users.h>

#include <proximux/exchange/mux/Mux.h>

namespace proximux
{

namespace
{

bool isSame(const std::shared_ptr<const Login>& a, const std::shared_ptr<const Login>& b)
{
    return a == b || (a != nullptr && b != nullptr && a->says == b->says);
}

} // namespace

bool Users::isOf(const Lane& lane, const Request& request)
{
    return isSame(lane.user, request.traits.user);
}

bool Users::isHome(const Lane& lane, const Client& client)
{
    return lane.served == client.number && lane.servedTo == client.sent;
}

/// A refusal counts once: the user may be allowed in by then.
Readiness Users::bring(Lane& lane, Request& request, Instant now)
{
    const auto refused = std::exchange(lane.refusedUser, nullptr);
    if (fits(lane, request))
        return Readiness::ready;
    if (request.traits.user == nullptr)
        return Readiness::fixed;
    if (isSame(refused, request.traits.user))
        return Readiness::denied;
    const std::shared_ptr<const Login>& user = request.traits.user;
    if (isRelated(lane, request))
        begin(lane, user, user->change(*lane.user, _mux.pool.targetOf(lane.number)), {}, now);
    else if (!user->begin)
        begin(lane, user, nullptr, {}, now);
    else if (lane.user == nullptr)
        begin(lane, user->opens != nullptr ? user->opens : user, user->begin(_mux.pool.targetOf(lane.number)), {}, now);
    else
        return Readiness::fixed;
    return Readiness::asked;
}

Readiness Users::bringHome(const Lane& lane, Request& request)
{
    RequestTraits& traits = request.traits;
    if (traits.home == 0 || (isHome(lane, *request.client) && lane.run >= traits.home && isOf(lane, request)))
        return Readiness::ready;
    if (traits.elsewhere == nullptr)
        return Readiness::failed;
    traits.user = std::exchange(traits.elsewhere, nullptr);
    traits.home = 0;
    return Readiness::ready;
}

/// Statements may take any time, and so may what precedes them.
Readiness Users::precede(Lane& lane, Request& request, Instant now)
{
    if (!request.traits.fitted || request.client == nullptr)
        return Readiness::ready;
    Prelude prelude =
        request.client->conversation->prelude(_mux.forwarding.bytesOf(request), request.traits, *lane.framer->memory());
    if (prelude.fails)
    {
        request.traits.seed = std::move(prelude.reply);
        return Readiness::failed;
    }
    if (prelude.dialog == nullptr)
        return Readiness::ready;
    RequestTraits traits;
    traits.precedes = true;
    begin(lane, request.traits.user, std::move(prelude.dialog), std::move(traits), now);
    DeadlineList::disarm(lane.signIn);
    return Readiness::asked;
}

bool Users::isRelated(const Lane& lane, const Request& request)
{
    return lane.user != nullptr && request.traits.user != nullptr && !lane.user->key.empty() &&
           lane.user->key == request.traits.user->key;
}

const Lane* Users::knownTo(const Mux& mux, const Request& request)
{
    for (const auto& lane : mux.lanes.all())
        if (lane->first != nullptr && lane->login == nullptr && mux.lanes.isInUse(*lane) &&
            !mux.pool.isOutgoing(lane->number) && (isOf(*lane, request) || isRelated(*lane, request)))
            return lane.get();
    return nullptr;
}

void Users::begin(Lane& lane, const std::shared_ptr<const Login>& user, std::unique_ptr<LoginDialog> dialog,
                  RequestTraits traits, Instant now)
{
    traits.swallowed = traits.signsIn = traits.alone = true;
    traits.dialect = lane.dialect;
    traits.user = user;
    lane.served = 0;
    _mux.sending.sendOwn(lane, traits, now);
    lane.login = std::move(dialog);
    if (lane.login != nullptr)
    {
        lane.login->secured(lane.binding);
        _mux.timers.signIn.arm(lane.signIn, now);
    }
    const std::string says = lane.login != nullptr ? lane.login->opening() : user->says;
    if (!says.empty()) // else its target speaks first
        lane.waiting = _mux.effects.toTarget(lane.target, says);
    _mux.lanes.updateLoad(lane);
    if (!lane.input.isEmpty())
        _mux.sending.pumpAll(); // what its target said first is heard then
}

bool Users::isFree(const Mux& mux, const Lane& lane)
{
    const bool isAtRest = lane.pipeline.isEmpty() && lane.waiting == 0 && !lane.inMessage && lane.input.isEmpty() &&
                          lane.cancel == 0 && !lane.ending && !lane.spent && lane.probe == nullptr;
    return isAtRest && mux.lanes.isInUse(lane) && !mux.pool.isOutgoing(lane.number);
}

void Users::say(Lane& lane, std::unique_ptr<LoginDialog> what, std::uint64_t errand, Instant now)
{
    RequestTraits traits;
    traits.precedes = true;
    begin(lane, lane.user, std::move(what), std::move(traits), now);
    lane.pipeline.last()->errand = errand;
}

bool Users::restore(Lane& lane, Instant now)
{
    if (!isFree(_mux, lane) || lane.first == nullptr || !lane.first->restore)
        return false;
    RequestTraits traits;
    traits.restores = true;
    begin(lane, lane.first, lane.first->restore(_mux.pool.targetOf(lane.number)), std::move(traits), now);
    return true;
}

bool Users::hear(Lane& lane, Instant now)
{
    using State = LoginAnswer::State;
    const LoginDialog::Step step = lane.login->hear(lane.input.waiting());
    lane.input.consume(step.taken);
    if (!step.says.empty())
        lane.waiting = _mux.effects.toTarget(lane.target, step.says);
    if (step.state == State::more)
        return true;
    if (step.state == State::refused)
    {
        denied(lane, now);
        return false;
    }
    Request& request = *lane.pipeline.first();
    if (lane.first == nullptr)
    {
        lane.first = request.traits.user;
        lane.greeting = lane.login->outcome();
    }
    if (lane.login->renews() && lane.framer->memory() != nullptr)
        lane.framer->memory()->forget();
    lane.login.reset();
    DeadlineList::disarm(lane.signIn);
    settle(lane, request, true);
    _mux.answers.finish(lane, request, now);
    return true;
}

/// The target may let the next one in. Settings that are refused may be so because of those that were there before: who
/// waits gets another connection, unless it was as it had been opened.
void Users::denied(Lane& lane, Instant now)
{
    const auto user = lane.pipeline.first()->traits.user;
    const std::string error = lane.login->outcome();
    const RequestTraits& traits = lane.pipeline.first()->traits;
    const bool isOver = !traits.restores && !traits.precedes && (lane.user == nullptr || lane.user == lane.first);
    const bool isFirst = lane.first == nullptr;
    if (isFirst && !_mux.settings.loginRetry.isOff())
        _mux.refused.note(user->says, error, now + _mux.settings.loginRetry, now);
    _mux.observer.prologueRefused(lane.target, _mux.policy.responses.describe(error));
    _mux.lanes.close(lane, CloseReason::userRefused, How::abort, now);
    const auto waits = [this, &user, isOver, isFirst](const Request& request)
    {
        const auto& waiting = request.traits.user;
        const bool opens = isFirst && waiting != nullptr && isSame(waiting->opens, user);
        const bool isTheirs = opens || isSame(waiting, user);
        return isOver && isTheirs && request.client->pin.lane == nullptr &&
               (!isFirst || knownTo(_mux, request) == nullptr);
    };
    while (Request* request = _mux.queue.first(true, waits))
    {
        request->traits.seed = error;
        _mux.answers.fail(*request, CloseReason::userRefused, now);
    }
}

void Users::settle(Lane& lane, const Request& request, bool done)
{
    if (done)
        lane.user = request.traits.restores             ? lane.first
                    : request.traits.becomes != nullptr ? request.traits.becomes
                                                        : request.traits.user;
    else if (request.traits.swallowed)
        lane.refusedUser = request.traits.user;
    if (request.client != nullptr)
        request.client->conversation->signedIn(done);
}

} // namespace proximux
