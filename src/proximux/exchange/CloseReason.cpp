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
    {R::ended, "ended", "ended", F::nobody, NONE, NONE},
    {R::clientLost, "clientLost", "client connection lost", F::nobody, NONE, NONE},
    {R::targetLost, "targetLost", "target connection lost", F::target, SHARED, NONE},
    {R::noTarget, "noTarget", "could not connect to any target", F::target, ERROR, NONE},
    {R::inactive, "inactive", "pool.inactive_timeout", F::nobody, NONE, NONE},
    {R::idle, "idle", "local.idle_timeout", F::nobody, NONE, NONE},
    {R::halfCloseTimeout, "halfCloseTimeout", "local.half_close_timeout", F::nobody, NONE, NONE},
    {R::drained, "drained", "drained", F::nobody, NONE, NONE},
    {R::drainTimeout, "drainTimeout", "shutdown.drain_timeout", F::proxy, NONE, NONE},
    {R::stopped, "stopped", "stopped", F::nobody, NONE, NONE},
    {R::fault, "fault", "internal error", F::proxy, NONE, NONE},
    {R::targetEnded, "targetEnded", "the target closed the connection", F::target, ERROR, NONE},
    {R::greeted, "greeted", "the target sent data before the first request", F::target, ERROR, ERROR},
    {R::desync, "desync", "the target sent unsolicited bytes", F::target, ERROR, ERROR},
    {R::malformedRequest, "malformedRequest", "the request is malformed", F::client, NONE, NONE},
    {R::malformedResponse, "malformedResponse", "the response is malformed", F::target, ERROR, NONE},
    {R::requestBroken, "requestBroken", "incomplete request", F::client, ERROR, NONE},
    {R::earlyResponse, "earlyResponse", "the response was complete before its request", F::target, ERROR, ERROR},
    {R::queueTimeout, "queueTimeout", "exchange.queue_timeout", F::proxy, ERROR, NONE},
    {R::responseTimeout, "responseTimeout", "exchange.response_timeout", F::target, ERROR, ERROR},
    {R::requestTimeout, "requestTimeout", "exchange.request_timeout", F::client, ERROR, NONE},
    {R::stalled, "stalled", "exchange.stall_timeout", F::client, ERROR, NONE},
    {R::tieEnded, "tieEnded", "pinned client left", F::nobody, ERROR, NONE},
    {R::prologueRefused, "prologueRefused", "unexpected reply to pool.prologue", F::proxy, ERROR, NONE},
    {R::otherDialect, "otherDialect", "reopened for the other protocol variant", F::nobody, ERROR, NONE},
    {R::spent, "spent", "a request may have left state or unread bytes on the connection", F::nobody, ERROR, NONE},
    {R::otherProtocol, "otherProtocol", "connection needed for another protocol", F::nobody, ERROR, NONE},
    {R::abandoned, "abandoned", "the remaining responses belong to clients that have left", F::nobody, ERROR, NONE},
    {R::noTie, "noTie", "exchange.tie_timeout: as many connections are pinned as pool.max_tied allows", F::proxy, NONE,
     NONE},
    {R::crowded, "crowded", "exchange.total_buffer was reached while the request was incomplete", F::proxy, ERROR,
     NONE},
    {R::renewed, "renewed", "reopened to retry a lost request alone", F::nobody, ERROR, NONE},
    {R::tieIdle, "tieIdle", "exchange.tie_idle_timeout", F::client, ERROR, NONE},
    {R::idKept, "idKept", "a request that kept its client's id was answered on the connection", F::nobody, ERROR, NONE},
    {R::noIdentifier, "noIdentifier", "no request id was available (exchange.id_reuse)", F::proxy, ERROR, NONE},
    {R::partSilent, "partSilent", "the unit or function is in back-off after a timeout (exchange.modbus_unit_backoff)",
     F::target, ERROR, NONE},
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
