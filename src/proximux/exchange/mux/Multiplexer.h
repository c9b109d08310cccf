#pragma once

#include <proximux/base/Random.h>
#include <proximux/exchange/mux/MessagePolicy.h>
#include <proximux/exchange/mux/MultiplexerEffects.h>
#include <proximux/exchange/mux/Orphans.h>
#include <proximux/exchange/mux/Pinning.h>
#include <proximux/exchange/mux/Queue.h>
#include <proximux/exchange/mux/RequestPool.h>
#include <proximux/exchange/mux/Retries.h>
#include <proximux/exchange/mux/Stalls.h>
#include <proximux/exchange/mux/State.h>
#include <proximux/exchange/mux/TargetRecords.h>
#include <proximux/exchange/mux/Timers.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// Fifo and funnel: many clients share few target connections. Requests stand in one queue; whoever is first in it and
/// can be served is sent as soon as there is room for it; what answers it goes to its client, or to nobody where that
/// has left.
///
///     client bytes -> queue() -> queue -> send() -> pipeline of a lane -> target
///     client       <- deliver() <------------------ front of the pipeline <- target bytes
///
/// Between two calls it holds: no lane has room for a request that waits in the queue. What a message is, and which
/// response answers which request, is for the derived classes to say: FramedExchange and RawExchange.
class Multiplexer : public Exchange, protected MessagePolicy
{
public:
    /// The effects and the pool must outlive it. The pool is used by nobody else.
    Multiplexer(const MultiplexerSettings& settings, MultiplexerEffects& effects, LanePool& pool);
    ~Multiplexer() override;

    void clientOpened(ClientId client, Instant now) override;
    void targetOpened(TargetId target, Instant now) override;
    void targetFailed(TargetId target, Instant now) override;
    void targetUnavailable(TargetId target, Instant now) override;
    void request(ClientId client, Bytes bytes, Instant now) override;
    void response(TargetId target, Bytes bytes, Instant now) override;
    void clientEnded(ClientId client, Instant now) override;
    void targetEnded(TargetId target, Instant now) override;
    void clientSent(ClientId client, std::size_t waiting, Instant now) override;
    void targetSent(TargetId target, std::size_t waiting, Instant now) override;
    void clientLost(ClientId client, Instant now) override;
    void targetLost(TargetId target, Instant now) override;
    void clientFaulted(ClientId client, Instant now) override;
    void targetFaulted(TargetId target, Instant now) override;
    Instant expire(Instant now) override;
    void drain(Instant now) override;
    void closeAll(CloseReason reason, Instant now) override;
    [[nodiscard]] std::size_t size() const override { return _size; }

    void warmUp(Instant now) override;

    // ---- where several exchanges have the places of a pool in common (AutoExchange)

    /// What counts for the limits that are common to all.
    struct Usage
    {
        std::size_t kept = 0;       ///< bytes of clients' requests, and of answers of ours
        std::size_t shared = 0;     ///< of them, those beyond the reserves
        std::size_t unfinished = 0; ///< of those, bytes of requests that are not whole
        std::size_t queued = 0;     ///< requests that are not sent
        std::size_t pinned = 0;     ///< connections that clients have alone
    };

    [[nodiscard]] Usage usage() const
    {
        const MemoryBudget::Usage& memory = _memory.usage();
        return {memory.kept, memory.shared, memory.unfinished, _queued, _pinning.count()};
    }

    /// So much of the limits is used by others.
    void setOthers(const Usage& others, Instant now);

    /// Since when the oldest request waits that wants a connection for which there is no place; never: none does.
    [[nodiscard]] Instant waitsSince() const;

    /// Requests that came later than this are not sent as long as somebody else waits longer.
    void giveWay(Instant since, Instant now);

    /// Gives one place back whose connection is at rest. False: there is none.
    bool yield(Instant now);

    /// Bytes of clients' requests, and of answers of ours, that are kept.
    [[nodiscard]] std::size_t kept() const { return _memory.usage().kept; }

    /// Of them, those beyond what each client has for itself.
    [[nodiscard]] std::size_t shared() const { return _memory.usage().shared; }

    /// Requests that are not sent yet.
    [[nodiscard]] std::size_t queued() const { return _queued; }

protected:
    // ---- what a derived class may ask for

    /// The next n bytes of the client's input are a request, or the beginning of one that is too large to be kept.
    void queue(Client& client, std::size_t n, bool whole, Instant now);

    /// The next n bytes of the client's input continue a request that was sent.
    void sendOn(Client& client, Request& request, std::size_t n, Instant now);

    /// Response bytes for the client of this request; with edits in them, where they are the first.
    void deliver(Lane& lane, Request& request, Bytes bytes, const std::vector<Edit>* edits, Instant now);

    /// Bytes for a client that are no part of a response to a request of his.
    void deliver(Lane& lane, Client& client, Bytes bytes, Instant now);

    /// A request of the lane was answered, or is given up without harm.
    void finish(Lane& lane, Request& request, Instant now);

    /// Sends the first replies that are due: those before which all was answered.
    void reply(Client& client, Instant now);

    /// A reply to what was no request stands in the client's pipeline.
    void replyOnly(Client& client, std::string text, Instant now);

    /// A request in flight is given up; its place in the pipeline, and its id, stay taken.
    void giveUp(Request& request, CloseReason reason, Instant now);

    /// Whether a message of the target that answers nothing is thrown away: a bus whose other talk is heard, say.
    [[nodiscard]] bool ignoresUnknown(const Lane& lane) const
    {
        return _settings.ignoreUnknownIds && lane.ids != nullptr && !isTaken(lane);
    }

    /// A request was not answered in time.
    void partTimedOut(Request& request, Instant now);

    /// Without ids nobody could tell whether it was answered.
    static bool isOptional(const Lane& lane, const Request& request)
    {
        return lane.ids != nullptr && request.traits.optional;
    }

    /// A request of ours takes its place in the pipeline of the lane, which was idle or has only requests before it.
    /// The caller sends its bytes.
    Request& sendOwn(Lane& lane, const RequestTraits& traits, Instant now);

    /// What is added behind a request that was sent whole.
    void sendSuffix(Lane& lane, const Request& request);

    /// What the client sent and was not used passes on as it is.
    void sendRaw(Client& client, Lane& lane, Instant now);

    /// A request that is not in flight gets no response: the reply stands in traits.reply.
    void answerLocally(Request& request, Instant now);

    /// A request has failed: its client gets the protocol's error reply, or is closed.
    void failRequest(Request& request, CloseReason reason, Instant now);

    /// Nothing more is read from the client; when it has got all, it is closed for this reason.
    void endRequests(Client& client, CloseReason reason, Instant now);

    /// Says to the pool how much room the lane has.
    void updateLoad(Lane& lane);
    [[nodiscard]] static bool isTaken(const Lane& lane);

    /// The next request on this lane waits for pool.request_gap.
    void pause(Lane& lane, Instant now);

    /// Serves whoever can now be served by this lane.
    void pump(Lane& lane, Instant now);

    /// The client can't be served: it is closed, by RST where a part of a response was passed on.
    void fail(Client& client, CloseReason reason, bool cutOff, Instant now);
    void closeLane(Lane& lane, CloseReason reason, How how, Instant now);

    /// How a connection is left that is not for others.
    [[nodiscard]] static How partingFrom(const Lane& lane);

    /// Because of this client we have to connect anew.
    void charge(Client& client, const Request* request, Instant now);

    /// It was lost together with others, and may be what ended their connection.
    [[nodiscard]] static bool isSuspect(const Request& request) { return request.suspect; }

    /// It can't be sent once more.
    void dropCopy(Request& request);

    /// Whether no further request of this client is looked at as long as this lasts.
    [[nodiscard]] bool isFull(const Client& client) const;
    void lookAgain(Client& client);
    void updateClient(Client& client, Instant now);
    void pinUsed(Lane& lane, Instant now);
    void pin(Lane& lane, Client& client, unsigned reasons, Instant now);
    void unpin(Lane& lane);
    void endPin(Client& client, Instant now);
    void endTunnel(Client& client, Instant now);
    [[nodiscard]] bool mustWait(Client& client, const Request& request, Instant now);

    [[nodiscard]] bool isInUse(const Lane& lane) const; ///< open, settled and not closed

    /// Whether nothing is in flight on the lane but what was given up.
    [[nodiscard]] static bool isForsaken(const Lane& lane)
    {
        return lane.abandoned > 0 && lane.abandoned == lane.pipeline.size();
    }

    /// Whether another client may have a connection alone.
    [[nodiscard]] bool mayPin() const { return _pinning.mayPin(); }
    void takeOut(Lane& lane, Request& request, bool answered, Instant now);
    void drop(Client& client, Request* request, CloseReason reason, Instant now);
    void beginClosing(Client& client, CloseReason reason, Instant now);
    void armGap(Lane& lane, Instant now) { _timers.gap.arm(lane.gap, now); }
    void armResponse(Lane& lane, Instant now);
    void armAnswer(Lane& lane, Request& request, Instant now);
    [[nodiscard]] const std::string& whyNoPin() const { return _why; }
    [[nodiscard]] bool isDraining() const { return _draining; }
    [[nodiscard]] const MultiplexerSettings& settings() const { return _settings; }
    [[nodiscard]] const Queue& queue() const { return _queue; }
    [[nodiscard]] TargetRecords& records() { return _records; }
    [[nodiscard]] LanePool& pool() { return _pool; }

    /// Whether a connection is to come.
    [[nodiscard]] bool opensMore() const
    {
        return _pool.underWay() > 0 || (_pool.hasClosed() && _retry == Instant::never());
    }
    [[nodiscard]] const LanePool& pool() const { return _pool; }
    [[nodiscard]] const Lane& lane(std::size_t place) const { return *_lanes[place]; }
    [[nodiscard]] Lane& lane(std::size_t place) { return *_lanes[place]; }
    [[nodiscard]] MultiplexerEffects& effects() { return _effects; }

    /// Numbers that no peer can guess: identifiers, the words of fences.
    [[nodiscard]] Random& random() { return _random; }

    /// Whether the client has said all and got all, and how it is then closed.
    void closeIfDone(Client& client, Instant now);

    /// The client with this id, or null: it has gone.
    [[nodiscard]] Client* find(ClientId client) const;

private:
    [[nodiscard]] Lane* find(TargetId target) const;

    Request& newRequest(Instant now);
    Request& makeRequest(Client& client, Instant now);
    void recycle(Request& request);
    void enter(Request& request, Instant now);
    void unqueue(Request& request);
    [[nodiscard]] Request* nextFor(const Lane& lane) const;
    void serve(Request& request, Instant now);
    bool send(Lane& lane, Request& request, Instant now);
    void takeFromInput(Lane& lane, Request& request);
    void leavePart(const Lane& lane, Request& request, bool answered, Instant now);
    void keepCopy(Request& request, Bytes bytes);
    void repeatAll(Lane& lane, const Client* pinned, CloseReason reason, Instant now);
    void repeat(Request& request, CloseReason reason, bool mayBeCause);
    void tellEnd(Request& request, TargetId target, bool failed, CloseReason reason, Instant now);
    bool open(Instant now);
    void openMore(Instant now);
    [[nodiscard]] bool wantsMore() const;
    [[nodiscard]] Instant wantingSince(Instant latest) const;
    void laneUsable(Lane& lane, Instant now);
    void attemptFailed(Lane& lane, CloseReason reason, Instant now);
    void endInSilence(Client& client, bool cutOff, Instant now);
    void noteFailure(const Lane& lane, Instant now);
    void failUnavailable(Instant now);
    Request* unavailable(const Client* client, Instant failed, Instant now);
    void expirePins(Instant now);
    void attemptEnded(Lane& lane, Instant now);
    void emptyLane(Lane& lane);

    void look(Client& client, Instant now);
    void advance(Client& client, Instant now);
    void passWithEdits(Lane& lane, const Request& request, Bytes bytes);
    void beginPrologue(Lane& lane, Instant now);
    void settling(Lane& lane, Bytes bytes, Instant now);
    [[nodiscard]] const Prologue* prologueOf(const Lane& lane) const;
    [[nodiscard]] Client* slowReader(const Lane& lane) const;
    void account(Client& client);
    [[nodiscard]] std::size_t unfinished(const Client& client) const;
    [[nodiscard]] bool isLimited(const Client& client) const;
    void makeRoom(Instant now);
    void keepReply(Request& request);
    void releaseReply(Request& request);
    void updateTargetHold(Lane& lane, Instant now);
    void releaseTarget(Lane& lane, Instant now);
    void updateFullness(Instant now);
    void updateMemory(Instant now);
    void finishCall(Instant now);
    void discard(Client& client, std::size_t bytes, Instant now);
    void stopListening(Client& client, How how, Instant now);
    void abandon(Client& client, CloseReason reason, Instant now);
    void passEnd(Client& client);

    // IdlePins.cpp
    [[nodiscard]] bool othersWait(Instant now) const;
    void endIdlePins(Instant now);
    void endIdlePin(Lane& lane, Instant now);

    // Leavers.cpp
    void leave(Request& request, Instant now);
    void leaverOverdue(Request& request, Instant now);
    void leaveLanes(Instant now);
    void leaveIfForNobody(Lane& lane, Instant now);
    void leaveLane(Lane& lane, Instant now);
    bool leaveFlooded(Lane& lane, Instant now);
    void expireLeavers(Instant now);
    void calmed(Client& client, Instant now);

    void closeClient(Client& client, CloseReason reason, How how, Instant now);
    void expireClients(Instant now);
    void expireLanes(Instant now);
    [[nodiscard]] Instant nextDeadline() const;

    MultiplexerSettings _settings;
    Random _random;
    MultiplexerEffects& _effects;
    LanePool& _pool;
    std::vector<std::unique_ptr<Client>> _clients; ///< by slot
    Lanes _lanes;
    List<Client, &Client::delayed> _delayed; ///< whose input is to be looked at again
    std::size_t _size = 0;
    std::size_t _queued = 0;                 ///< requests that are not sent, of all clients
    Instant _retry = Instant::never();       ///< when a connection that is wanted can be tried again
    std::vector<Instant> _failedAt;          ///< by target, when it failed last; empty: none ever did
    Instant _unavailable = Instant::never(); ///< when a request has waited long enough for targets that all fail
    bool _targetFailed = false;              ///< in the present call
    std::string _why;                        ///< why the present request gets no pin
    Usage _others;                           ///< of the limits
    Instant _giveWay = Instant::never();     ///< requests that came later are not sent
    bool _full = false;                      ///< maxQueue is reached
    bool _draining = false;
    std::size_t _ownIds = 0; ///< requests that are not sent and keep their ids
    bool _noneOpens = false; ///< no place can be opened at the moment, and one is wanted
    bool _pumpAll = false;   ///< any lane may have room for somebody now
    Queue _queue;
    Pinning _pinning;
    Stalls _stalls;
    Orphans _orphans;
    MemoryBudget _memory;
    Retries _retries;
    TargetRecords _records;
    RequestPool _requests;
    Timers _timers;
};

} // namespace proximux
