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
    }
    return "";
}

} // namespace proximux
