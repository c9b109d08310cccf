#include <proximux/CloseReason.h>

#include <cstddef>

namespace proximux
{

namespace
{

using R = CloseReason;
using F = Fault;

constexpr CloseLevel NONE = CloseLevel::none;
constexpr CloseLevel SHARED = CloseLevel::sharedError;
constexpr CloseLevel ERROR = CloseLevel::error;

/// In the order of the enum. Another record tells why a request or a response was malformed, a prologue refused, or why
/// there was no pin.
constexpr CloseReasonInfo REASONS[CLOSE_REASONS] = {
    {"ended", "ended", R::ended, F::nobody, NONE, NONE},
    {"clientLost", "client connection lost", R::clientLost, F::nobody, NONE, NONE},
    {"targetLost", "target connection lost", R::targetLost, F::target, SHARED, NONE},
    {"noTarget", "could not connect to any target", R::noTarget, F::target, ERROR, NONE},
    {"inactive", "pool.inactive_timeout", R::inactive, F::nobody, NONE, NONE},
    {"idle", "local.idle_timeout", R::idle, F::nobody, NONE, NONE},
    {"halfCloseTimeout", "local.half_close_timeout", R::halfCloseTimeout, F::nobody, NONE, NONE},
    {"drained", "drained", R::drained, F::nobody, NONE, NONE},
    {"drainTimeout", "shutdown.drain_timeout", R::drainTimeout, F::proxy, NONE, NONE},
    {"stopped", "stopped", R::stopped, F::nobody, NONE, NONE},
    {"fault", "internal error", R::fault, F::proxy, NONE, NONE},
    {"targetEnded", "the target closed the connection", R::targetEnded, F::target, ERROR, NONE},
    {"greeted", "the target sent data before the first request", R::greeted, F::target, ERROR, ERROR},
    {"desync", "the target sent unsolicited bytes", R::desync, F::target, ERROR, ERROR},
    {"malformedRequest", "the request is malformed", R::malformedRequest, F::client, NONE, NONE},
    {"malformedResponse", "the response is malformed", R::malformedResponse, F::target, ERROR, NONE},
    {"requestBroken", "incomplete request", R::requestBroken, F::client, ERROR, NONE},
    {"earlyResponse", "the response was complete before its request", R::earlyResponse, F::target, ERROR, ERROR},
    {"queueTimeout", "exchange.queue_timeout", R::queueTimeout, F::proxy, ERROR, NONE},
    {"responseTimeout", "exchange.response_timeout", R::responseTimeout, F::target, ERROR, ERROR},
    {"requestTimeout", "exchange.request_timeout", R::requestTimeout, F::client, ERROR, NONE},
    {"stalled", "exchange.stall_timeout", R::stalled, F::client, ERROR, NONE},
    {"tieEnded", "pinned client left", R::pinEnded, F::nobody, ERROR, NONE},
    {"prologueRefused", "unexpected reply to pool.prologue", R::prologueRefused, F::proxy, ERROR, NONE},
    {"otherDialect", "reopened for the other protocol variant", R::otherDialect, F::nobody, ERROR, NONE},
    {"dialectRefused", "the target does not speak the version of the protocol that the client uses", R::dialectRefused,
     F::target, NONE, NONE},
    {"spent", "a request may have left state or unread bytes on the connection", R::spent, F::nobody, ERROR, NONE},
    {"otherProtocol", "connection needed for another protocol", R::otherProtocol, F::nobody, ERROR, NONE},
    {"abandoned", "the remaining responses belong to clients that have left", R::abandoned, F::nobody, ERROR, NONE},
    {"noTie", "exchange.tie_timeout: as many connections are pinned as pool.max_tied allows", R::noPin, F::proxy, NONE,
     NONE},
    {"crowded", "exchange.total_buffer was reached while the request was incomplete", R::crowded, F::proxy, ERROR,
     NONE},
    {"renewed", "reopened to retry a lost request alone", R::renewed, F::nobody, ERROR, NONE},
    {"tieIdle", "exchange.tie_idle_timeout", R::pinIdle, F::client, ERROR, NONE},
    {"idKept", "a request that kept its client's id was answered on the connection", R::idKept, F::nobody, ERROR, NONE},
    {"noIdentifier", "no request id was available (exchange.id_reuse)", R::noIdentifier, F::proxy, ERROR, NONE},
    {"partSilent", "the unit or function is in back-off after a timeout (exchange.modbus_unit_backoff)", R::partSilent,
     F::target, ERROR, NONE},
    {"userRefused", "the target refused the user name or password of the client", R::userRefused, F::client, NONE,
     NONE},
    {"outgoing", "a reload removed or changed the target", R::outgoing, F::nobody, ERROR, NONE},
    {"killed", "closed by an administrator", R::killed, F::proxy, ERROR, NONE},
    {"targetDown", "health checks found the target down", R::targetDown, F::nobody, ERROR, NONE},
    {"targetDrained", "an administrator drained the target (target drain)", R::targetDrained, F::nobody, ERROR, NONE},
    {"targetClosed", "an administrator closed the target (target close)", R::targetClosed, F::proxy, ERROR, NONE},
    {"allDrained", "an administrator drained or closed every target", R::allDrained, F::proxy, ERROR, NONE},
    {"paused", "an administrator paused the proxy (pause)", R::paused, F::proxy, ERROR, NONE},
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
