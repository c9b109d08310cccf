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
        return "no target could be connected";
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
        return "internal fault";
    case CloseReason::targetEnded:
        return "the target closed its connection";
    case CloseReason::greeted:
        return "the target spoke before it was asked";
    case CloseReason::desync:
        return "the target sent bytes that nobody asked for";
    case CloseReason::malformedRequest:
        return "the request is malformed";
    case CloseReason::malformedResponse:
        return "the response is malformed";
    case CloseReason::requestBroken:
        return "a request was broken off";
    case CloseReason::earlyResponse:
        return "the response came before the request was sent";
    case CloseReason::queueTimeout:
        return "exchange.queue_timeout";
    case CloseReason::responseTimeout:
        return "exchange.response_timeout";
    case CloseReason::requestTimeout:
        return "exchange.request_timeout";
    case CloseReason::stalled:
        return "exchange.stall_timeout";
    case CloseReason::tieEnded:
        return "the client that had it alone has left";
    case CloseReason::prologueRefused:
        return "the prologue was not answered as expected";
    case CloseReason::otherDialect:
        return "it is needed in another dialect";
    case CloseReason::spent:
        return "a request may have left something behind on it";
    case CloseReason::otherProtocol:
        return "it is needed for another protocol";
    case CloseReason::abandoned:
        return "the clients that it was answering have left";
    case CloseReason::crowded:
        return "exchange.total_buffer is reached, and its request was not whole";
    case CloseReason::noTie:
        return "exchange.tie_timeout: as many connections are tied as pool.max_tied allows";
    case CloseReason::renewed:
        return "a request that was lost needs a new one";
    case CloseReason::tieIdle:
        return "exchange.tie_idle_timeout";
    case CloseReason::idKept:
        return "a request with an id of its own was answered on it";
    case CloseReason::noIdentifier:
        return "no request id was free (exchange.id_reuse)";
    case CloseReason::partSilent:
        return "it did not answer before (exchange.modbus_unit_backoff)";
    }
    return "";
}

} // namespace proximux
