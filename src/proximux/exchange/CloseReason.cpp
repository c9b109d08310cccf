#include <proximux/CloseReason.h>

#include <cstddef>

namespace proximux
{

namespace
{

using R = CloseReason;
using F = Fault;

constexpr CloseLevel UNTOLD = CloseLevel::none;
constexpr CloseLevel SHARED = CloseLevel::sharedError;
constexpr CloseLevel ERROR = CloseLevel::error;

/// In the order of the enum. Another record tells why a request or a response was malformed, a prologue refused, or why
/// there was no pin.
constexpr CloseReasonInfo REASONS[CLOSE_REASONS] = {
    {"ended", "ended", R::ended, F::nobody, UNTOLD, UNTOLD},
    {"clientLost", "client connection lost", R::clientLost, F::nobody, UNTOLD, UNTOLD},
    {"targetLost", "target connection lost", R::targetLost, F::target, SHARED, UNTOLD},
    {"noTarget", "could not connect to any target", R::noTarget, F::target, ERROR, UNTOLD},
    {"inactive", "pool.inactive_timeout", R::inactive, F::nobody, UNTOLD, UNTOLD},
    {"idle", "local.idle_timeout", R::idle, F::nobody, UNTOLD, UNTOLD},
    {"halfCloseTimeout", "local.half_close_timeout", R::halfCloseTimeout, F::nobody, UNTOLD, UNTOLD},
    {"drained", "drained", R::drained, F::nobody, UNTOLD, UNTOLD},
    {"drainTimeout", "shutdown.drain_timeout", R::drainTimeout, F::proxy, UNTOLD, UNTOLD},
    {"stopped", "stopped", R::stopped, F::nobody, UNTOLD, UNTOLD},
    {"fault", "internal error", R::fault, F::proxy, UNTOLD, UNTOLD},
    {"targetEnded", "the target closed the connection", R::targetEnded, F::target, ERROR, UNTOLD},
    {"greeted", "the target sent data before the first request", R::greeted, F::target, ERROR, ERROR},
    {"desync", "the target sent unsolicited bytes", R::desync, F::target, ERROR, ERROR},
    {"malformedRequest", "the request is malformed", R::malformedRequest, F::client, UNTOLD, UNTOLD},
    {"malformedResponse", "the response is malformed", R::malformedResponse, F::target, ERROR, UNTOLD},
    {"requestBroken", "incomplete request", R::requestBroken, F::client, ERROR, UNTOLD},
    {"earlyResponse", "the response was complete before its request", R::earlyResponse, F::target, ERROR, ERROR},
    {"queueTimeout", "exchange.queue_timeout", R::queueTimeout, F::proxy, ERROR, UNTOLD},
    {"responseTimeout", "exchange.response_timeout", R::responseTimeout, F::target, ERROR, ERROR},
    {"requestTimeout", "exchange.request_timeout", R::requestTimeout, F::client, ERROR, UNTOLD},
    {"stalled", "exchange.stall_timeout", R::stalled, F::client, ERROR, UNTOLD},
    {"tieEnded", "pinned client left", R::pinEnded, F::nobody, ERROR, UNTOLD},
    {"prologueRefused", "unexpected reply to pool.prologue", R::prologueRefused, F::proxy, ERROR, UNTOLD},
    {"otherDialect", "reopened for the other protocol variant", R::otherDialect, F::nobody, ERROR, UNTOLD},
    {"dialectRefused", "the target does not speak the version of the protocol that the client uses", R::dialectRefused,
     F::target, UNTOLD, UNTOLD},
    {"spent", "a request may have left state or unread bytes on the connection", R::spent, F::nobody, ERROR, UNTOLD},
    {"otherProtocol", "connection needed for another protocol", R::otherProtocol, F::nobody, ERROR, UNTOLD},
    {"abandoned", "the remaining responses belong to clients that have left", R::abandoned, F::nobody, ERROR, UNTOLD},
    {"noTie", "exchange.tie_timeout: as many connections are pinned as pool.max_tied allows", R::noPin, F::proxy,
     UNTOLD, UNTOLD},
    {"crowded", "exchange.total_buffer was reached while the request was incomplete", R::crowded, F::proxy, ERROR,
     UNTOLD},
    {"renewed", "reopened to retry a lost request alone", R::renewed, F::nobody, ERROR, UNTOLD},
    {"tieIdle", "exchange.tie_idle_timeout", R::pinIdle, F::client, ERROR, UNTOLD},
    {"idKept", "a request that kept its client's id was answered on the connection", R::idKept, F::nobody, ERROR,
     UNTOLD},
    {"noIdentifier", "no request id was available (exchange.id_reuse)", R::noIdentifier, F::proxy, ERROR, UNTOLD},
    {"partSilent", "the unit or function is in back-off after a timeout (exchange.modbus_unit_backoff)", R::partSilent,
     F::target, ERROR, UNTOLD},
    {"userRefused", "the target refused the user name or password of the client", R::userRefused, F::client, ERROR,
     UNTOLD},
    {"outgoing", "a reload removed or changed the target", R::outgoing, F::nobody, ERROR, UNTOLD},
    {"killed", "closed by an administrator", R::killed, F::proxy, ERROR, UNTOLD},
    {"targetDown", "health checks found the target down", R::targetDown, F::nobody, ERROR, UNTOLD},
    {"targetDrained", "an administrator drained the target (target drain)", R::targetDrained, F::nobody, ERROR, UNTOLD},
    {"targetClosed", "an administrator closed the target (target close)", R::targetClosed, F::proxy, ERROR, UNTOLD},
    {"allDrained", "an administrator drained or closed every target", R::allDrained, F::proxy, ERROR, UNTOLD},
    {"paused", "an administrator paused the proxy (pause)", R::paused, F::proxy, ERROR, UNTOLD},
    {"otherUser", "reopened for another login", R::otherUser, F::nobody, ERROR, UNTOLD},
    {"loginTimeout", "local.login_timeout", R::loginTimeout, F::client, UNTOLD, UNTOLD},
    {"cancelled", "cancelled by its client", R::cancelled, F::nobody, UNTOLD, UNTOLD},
    {"cancelUnknown", "a cancel request to the target was cut off, and may still be heard", R::cancelUnknown, F::target,
     ERROR, ERROR},
    {"evicted", "another client of its user has ended it", R::evicted, F::client, ERROR, UNTOLD},
    {"aged", "pool.lifetime", R::aged, F::nobody, UNTOLD, UNTOLD},
};

constexpr bool hasRowForEach()
{
    for (std::size_t i = 0; i < CLOSE_REASONS; ++i)
        if (static_cast<std::size_t>(REASONS[i].reason) != i || REASONS[i].text == nullptr)
            return false;
    return true;
}

static_assert(hasRowForEach(), "one row for each reason, in the order of the enum");

} // namespace

const CloseReasonInfo& infoOf(CloseReason reason)
{
    return REASONS[static_cast<std::size_t>(reason)];
}

const char* toString(CloseReason reason)
{
    return infoOf(reason).text;
}

} // namespace proximux
