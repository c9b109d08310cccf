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
    RequestTraits traits;
    traits.swallowed = traits.signsIn = traits.alone = true;
    traits.dialect = lane.dialect;
    traits.user = request.traits.user;
    _mux.sending.sendOwn(lane, traits, now);
    lane.waiting = _mux.effects.toTarget(lane.target, traits.user->says);
    _mux.lanes.updateLoad(lane);
    return Readiness::asked;
}

void Users::settle(Lane& lane, const Request& request, bool done)
{
    if (done)
        lane.user = request.traits.user;
    else if (request.traits.swallowed)
        lane.refusedUser = request.traits.user;
    if (request.client != nullptr)
        request.client->conversation->signedIn(done);
}

} // namespace proximux
