#pragma once

#include <proximux/exchange/Exchange.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace proximux
{

/// How an exchange in fifo or funnel ended.
struct Outcome
{
    TargetId target;                ///< names nothing where it was never sent
    std::uint64_t requestSize = 0;  ///< bytes
    std::uint64_t responseSize = 0; ///< bytes
    Duration queued;                ///< from the request's last byte to its being sent
    Duration firstByte;             ///< from its being sent to the response's first byte
    Duration whole;                 ///< from its being sent to the response's last byte
    bool failed = false;
    CloseReason reason = CloseReason::ended; ///< why it failed
    Bytes refusal;                           ///< or the error with which we answered it
};

/// What the exchanges of fifo and funnel tell of, for logs, listeners and counters: nothing of it changes what they do.
/// It never calls back into the exchange. Used in the thread of the exchange's reactor.
class MultiplexerObserver
{
public:
    virtual ~MultiplexerObserver() = default;

    /// A request came: its first bytes, and how many it has so far. Returns a tag for it, 0 where nobody wants to hear
    /// more of it.
    virtual std::uint64_t requestCame(ClientId client, Bytes bytes, std::uint64_t size) = 0;

    /// Bytes that continue a request which was sent already (raw).
    virtual void requestContinued(ClientId client, Bytes bytes) = 0;

    /// It is sent now.
    virtual void requestSent(ClientId client, std::uint64_t tag, TargetId target, Bytes bytes) = 0;

    /// A request that has a tag has ended. Called once for each, also where its client has gone.
    virtual void requestEnded(std::uint64_t tag, const Outcome& outcome) = 0;

    /// Why what came is malformed: fixed text. The connection is closed next.
    virtual void clientMalformed(ClientId client, const char* why) = 0;
    virtual void targetMalformed(TargetId target, const char* why) = 0;

    /// What came in answer to the prologue, or its beginning; nothing: it was not answered in time. The connection is
    /// closed next.
    virtual void prologueRefused(TargetId target, Bytes came) = 0;

    /// The prologue was answered as it should be.
    virtual void prologueAccepted(TargetId target) { static_cast<void>(target); }

    /// A request is answered by us with a refusal, for this reason: fixed text. A guess: it had a wrong password in it.
    virtual void requestRefused(ClientId client, const char* why, bool guess) = 0;

    /// A client has a connection alone from now on, or is refused one, for these reasons (pins::).
    virtual void clientPinned(ClientId client, TargetId target, unsigned reasons) = 0;

    /// A client waits in vain for a connection alone: how many others have one, by which reasons and for how long. Its
    /// request fails next.
    virtual void pinRefused(ClientId client, std::string_view why) = 0;

    /// exchange.protocol = auto has found what the protocol is.
    virtual void protocolChosen(std::string_view name) = 0;

    /// A response came with an id that no request on this connection has, or without what its request must have
    /// repeated. ignored: it is thrown away; else the connection is closed next.
    virtual void unknownId(TargetId target, bool ignored)
    {
        static_cast<void>(target);
        static_cast<void>(ignored);
    }

    /// A part of the target did not answer in time: until the pause ends requests to it fail at once.
    virtual void partSilent(TargetId target, const std::string& part, Duration pause)
    {
        static_cast<void>(target);
        static_cast<void>(part);
        static_cast<void>(pause);
    }

    /// It answers again.
    virtual void partAnswers(TargetId target, const std::string& part)
    {
        static_cast<void>(target);
        static_cast<void>(part);
    }

    /// A client has asked for the end of what this one has under way: the target is told, or, if there is none, its
    /// request is not sent.
    virtual void requestCancelled(ClientId client, TargetId target) = 0;

    /// A request that was lost with its connection is to be sent again.
    virtual void requestRepeated() {}

    /// A request that was not whole when its client ended is dropped.
    virtual void requestDropped(ClientId client, std::size_t bytes) = 0;
};

} // namespace proximux
