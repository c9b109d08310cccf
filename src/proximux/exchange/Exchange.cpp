#include <proximux/exchange/Exchange.h>

namespace proximux
{

const char* toString(CloseReason reason)
{
    switch (reason)
    {
    case CloseReason::ended:
        return "ended";
    case CloseReason::clientLost:
        return "client connection lost";
    case CloseReason::targetLost:
        return "target connection lost";
    case CloseReason::noTarget:
        return "could not connect to any target";
    case CloseReason::inactive:
        return "pool.inactive_timeout";
    case CloseReason::idle:
        return "local.idle_timeout";
    case CloseReason::halfCloseTimeout:
        return "local.half_close_timeout";
    case CloseReason::drained:
        return "drained";
    case CloseReason::drainTimeout:
        return "shutdown.drain_timeout";
    case CloseReason::stopped:
        return "stopped";
    case CloseReason::fault:
        return "internal error";
    case CloseReason::targetEnded:
        return "the target closed the connection";
    case CloseReason::greeted:
        return "the target sent data before the first request";
    case CloseReason::desync:
        return "the target sent unsolicited bytes";
    case CloseReason::malformedRequest:
        return "the request is malformed";
    case CloseReason::malformedResponse:
        return "the response is malformed";
    case CloseReason::requestBroken:
        return "incomplete request";
    case CloseReason::earlyResponse:
        return "the response was complete before its request";
    case CloseReason::queueTimeout:
        return "exchange.queue_timeout";
    case CloseReason::responseTimeout:
        return "exchange.response_timeout";
    case CloseReason::requestTimeout:
        return "exchange.request_timeout";
    case CloseReason::stalled:
        return "exchange.stall_timeout";
    case CloseReason::tieEnded:
        return "pinned client left";
    case CloseReason::prologueRefused:
        return "unexpected reply to pool.prologue";
    case CloseReason::otherDialect:
        return "reopened for the other protocol variant";
    case CloseReason::spent:
        return "a request may have left state or unread bytes on the connection";
    case CloseReason::otherProtocol:
        return "connection needed for another protocol";
    case CloseReason::abandoned:
        return "the remaining responses belong to clients that have left";
    case CloseReason::crowded:
        return "exchange.total_buffer was reached while the request was incomplete";
    case CloseReason::noTie:
        return "exchange.tie_timeout: as many connections are pinned as pool.max_tied allows";
    case CloseReason::renewed:
        return "reopened to retry a lost request alone";
    case CloseReason::tieIdle:
        return "exchange.tie_idle_timeout";
    case CloseReason::idKept:
        return "a request that kept its client's id was answered on the connection";
    case CloseReason::noIdentifier:
        return "no request id was available (exchange.id_reuse)";
    case CloseReason::partSilent:
        return "the unit or function is in back-off after a timeout (exchange.modbus_unit_backoff)";
    }
    return "";
}

} // namespace proximux
