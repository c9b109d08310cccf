#pragma once

#include <proximux/exchange/mux/State.h>

#include <memory>
#include <string>

namespace proximux
{

// What a multiplexer must be told of the messages that it carries. The policies of FramedExchange say it of messages
// that are delimited, RawPolicy of bytes in which only silence ends a response. All calls come from the parts of the
// multiplexer, in its thread.

/// What clients send.
class RequestPolicy
{
public:
    RequestPolicy() = default;
    RequestPolicy(const RequestPolicy&) = delete;
    RequestPolicy& operator=(const RequestPolicy&) = delete;
    virtual ~RequestPolicy() = default;

    /// A client is there: makes what is needed for it.
    virtual void prepare(Client& client) = 0;

    /// Says of a new request what is to be known of it.
    virtual void describe(Client& client, Request& request, Bytes bytes) = 0;

    /// Looks at what came from the client: Sending::queue(), Sending::sendOn().
    virtual void clientBytes(Client& client, Instant now) = 0;

    /// Time has passed.
    virtual void expire(Instant now) = 0;

    /// Whether what the client sends now passes on at once, and to which lane; null: nowhere, it is thrown away.
    [[nodiscard]] virtual bool passesOn(const Client& client) const = 0;
    [[nodiscard]] virtual Lane* passLane(const Client& client) const = 0;

    /// The reply that tells a client that its request failed: in traits.reply. False: there is none.
    virtual bool makeReply(Request& request, CloseReason reason) = 0;
};

/// Which lane serves which request.
class LaneChoice
{
public:
    LaneChoice() = default;
    LaneChoice(const LaneChoice&) = delete;
    LaneChoice& operator=(const LaneChoice&) = delete;
    virtual ~LaneChoice() = default;

    /// Whether this lane may serve this request at all, be it later. Those that it may not are passed over.
    [[nodiscard]] virtual bool mayUse(const Lane& lane, const Request& request) const = 0;

    /// Whether this request can be sent on this open lane now, which it may use.
    [[nodiscard]] virtual bool hasRoom(const Lane& lane, const Request& request) const = 0;

    /// Whether this request is sent on a lane at rest alone.
    [[nodiscard]] virtual bool needsRest(const Lane& lane, const Request& request) const = 0;

    /// The open lane for a request; null: it waits, for one that is to be opened, say.
    [[nodiscard]] virtual Lane* choose(const Request& request, Instant now) const = 0;

    /// Whether another connection would serve this request.
    [[nodiscard]] virtual bool wantsConnection(const Request& request) const = 0;

    /// Whether the connection could be closed now without cutting anything off.
    [[nodiscard]] virtual bool isAtRest(const Lane& lane) const = 0;
};

/// Whether a target connection speaks the dialect of a request, and belongs to its user.
enum class Readiness
{
    ready,   ///< it does, or is told to before the request
    asked,   ///< it was told to; the request waits for the answer
    refused, ///< it said that it does not speak it
    denied,  ///< it said that it does not let the user in
    failed,  ///< the request fails alone, without being sent: RequestTraits::seed is its reply
    fixed    ///< only a new connection can
};

/// What targets send, and which request that answers.
class ResponsePolicy
{
public:
    ResponsePolicy() = default;
    ResponsePolicy(const ResponsePolicy&) = delete;
    ResponsePolicy& operator=(const ResponsePolicy&) = delete;
    virtual ~ResponsePolicy() = default;

    /// A connection is open: makes what is needed for it.
    virtual void prepare(Lane& lane) = 0;

    /// Judges what a new connection has answered to its login (Prologue::isJudged).
    [[nodiscard]] virtual LoginAnswer judgeLogin(Bytes came) const = 0;

    /// A short readable form of a response, for the log.
    [[nodiscard]] virtual std::string describe(Bytes response) const = 0;

    /// A request is about to be sent on the lane: what still belongs to an earlier one ends here.
    /// Returns whether the target must have been silent since.
    virtual bool beforeSending(Lane& lane, Request& request, Instant now) = 0;

    /// Has the target let in the user of the request, which is about to be sent on the lane, and speak its dialect.
    virtual Readiness makeReady(Lane& lane, Request& request, Instant now) = 0;

    /// A request was sent on the lane and is in its pipeline, or is not if nothing answers it.
    virtual void afterSending(Lane& lane, Request& request, Instant now) = 0;

    /// Looks at what came from the target: Answers::deliver(), Answers::finish(), Lanes::close(). Returns false where
    /// the lane is closed then.
    virtual bool targetBytes(Lane& lane, Instant now) = 0;

    /// A request was answered and has left its pipeline.
    virtual void afterAnswer(Lane& lane, Request& request, Instant now) = 0;

    /// A request waits for its response longer than exchange.response_timeout, where each has its own deadline.
    virtual void answerOverdue(Request& request, Instant now) = 0;

    /// The target was silent on this lane for exchange.raw_gap.
    virtual void gapPassed(Lane& lane, Instant now) = 0;

    /// The connection is at rest and is about to be closed: what still belongs to an earlier request ends. False: it
    /// may not be closed yet.
    virtual bool beforeYielding(Lane& lane, Instant now) = 0;

    /// Asks the target to end the lane, whose client gets whatever comes, behind all that it owes.
    virtual void askForEnd(Lane& lane, Instant now) = 0;

    /// The target sent FIN, which may complete the response that is being received.
    virtual void laneEnded(Lane& lane, Instant now) = 0;

    /// The lane is at rest, and its client has left it with a state of its own: has it be as it was opened
    /// (Login::restore). False: it can't be.
    virtual bool restore(Lane& lane, Instant now) = 0;

    /// What stops the request that is under way on the lane (Protocol::cancellation()); empty: nothing does.
    [[nodiscard]] virtual std::string cancellation(const Lane& lane) const = 0;

    /// Likewise on another lane (Protocol::stopping()); null: nothing does.
    [[nodiscard]] virtual std::unique_ptr<LoginDialog> stopping(const Lane& lane) const = 0;

    /// Has a lane at rest say something of our own: the errand of this number (Cancels).
    virtual void say(Lane& lane, std::unique_ptr<LoginDialog> what, std::uint64_t errand, Instant now) = 0;

    /// What was to stop something on the lane has been heard, and its target may be asked what it could not be before.
    virtual void afterCancel(Lane& lane, Instant now) = 0;

    /// Whether a request of a lane that is gone was answered all the same. lost: it did not end by FIN; silent: the
    /// target had said nothing for exchange.raw_gap.
    [[nodiscard]] virtual bool isAnswered(const Request& request, bool lost, bool silent) const = 0;

    /// A readable name of a part of a target.
    [[nodiscard]] virtual std::string nameOfPart(unsigned part) const = 0;
};

/// The three of one multiplexer, which does not own them.
struct MessagePolicy
{
    RequestPolicy& requests;
    LaneChoice& choice;
    ResponsePolicy& responses;
};

} // namespace proximux
