#pragma once

#include <cstddef>

namespace proximux
{

/// Why a connection is closed by us, or was lost.
enum class CloseReason
{
    ended,            ///< both sides had said all
    clientLost,       ///< the client reset its connection, or it failed
    targetLost,       ///< the target reset its connection, or it failed
    noTarget,         ///< no target could be connected
    inactive,         ///< pool.inactive_timeout
    idle,             ///< local.idle_timeout
    halfCloseTimeout, ///< local.half_close_timeout
    drained,          ///< we end, and it was at rest
    drainTimeout,     ///< we end, and shutdown.drain_timeout has passed
    stopped,          ///< we end at once
    fault,            ///< a defect of ours, which is in the log

    // fifo and funnel
    targetEnded,       ///< the target closed its connection
    greeted,           ///< the target spoke before it was asked
    desync,            ///< the target sent bytes that nobody asked for
    malformedRequest,  ///< what the client sent is no message of the protocol
    malformedResponse, ///< what the target sent is none
    requestBroken,     ///< a client broke a request off of which a part had been sent
    earlyResponse,     ///< a response was whole before its request was
    queueTimeout,      ///< exchange.queue_timeout
    responseTimeout,   ///< exchange.response_timeout
    requestTimeout,    ///< exchange.request_timeout
    stalled,           ///< exchange.stall_timeout
    pinEnded,          ///< the client that had it alone has left, and its state is not for others
    prologueRefused,   ///< pool.prologue was not answered with pool.prologue_expect
    otherDialect,      ///< another request needs it in another dialect of its protocol
    dialectRefused,    ///< the target does not speak the dialect of the request
    spent,             ///< a request may have left something behind on it
    otherProtocol,     ///< exchange.protocol = auto: a client of another protocol needs it
    abandoned,         ///< those whom it was answering have left
    noPin,             ///< exchange.tie_timeout
    crowded,           ///< exchange.total_buffer
    renewed,           ///< a request needs a new connection
    pinIdle,           ///< exchange.tie_idle_timeout
    idKept,            ///< a request that kept its own id was answered on it
    noIdentifier,      ///< in exchange.queue_timeout no id was free
    partSilent,        ///< the part of the target that it asks did not answer before
    userRefused,       ///< the target does not let the user of the request in
    outgoing,          ///< a reload took its target away, or changed how it is connected
    killed,            ///< an administrator has closed it
    targetDown,        ///< health checks have found its target down
    targetDrained,     ///< an administrator wants nothing new to be sent to its target
    targetClosed,      ///< an administrator wants nobody to use its target
    allDrained,        ///< an administrator has drained or closed each target that it could have been connected to
    paused,            ///< an administrator wants no target to be used for a while
    otherUser,         ///< another request needs it with another login
    loginTimeout,      ///< local.login_timeout
    cancelled,         ///< the client of the request has cancelled it
    cancelUnknown,     ///< nobody knows whether a cancel request is still to come to its target
    evicted,           ///< another client of the same user has had it closed
    aged               ///< pool.lifetime
};

constexpr std::size_t CLOSE_REASONS = static_cast<std::size_t>(CloseReason::aged) + 1;

/// Whose fault it is that a connection is closed.
enum class Fault
{
    nobody, ///< nothing is wrong
    client,
    target,
    proxy ///< its limits, its administrator, or a defect
};

/// At what level the log names the reason of a closed connection.
enum class CloseLevel
{
    none,        ///< not at all: nothing is wrong, or another record has told the cause
    sharedError, ///< error in fifo and funnel; not at all in proxy mode
    error
};

/// What is known of a reason: a row of the table in CloseReason.cpp.
struct CloseReasonInfo
{
    const char* name; ///< as in the enum
    const char* text; ///< short, for a log line
    CloseReason reason;
    Fault fault;
    CloseLevel client; ///< if a client is closed
    CloseLevel target; ///< if a target connection is closed
};

/// The row of a reason.
const CloseReasonInfo& infoOf(CloseReason reason);

/// Its text.
const char* toString(CloseReason reason);

} // namespace proximux
