#pragma once

#include <proximux/Id.h>
#include <proximux/base/DeadlineList.h>
#include <proximux/base/List.h>
#include <proximux/exchange/Exchange.h>
#include <proximux/exchange/mux/Identifiers.h>
#include <proximux/exchange/mux/LanePool.h>
#include <proximux/exchange/mux/MemoryBudget.h>
#include <proximux/exchange/mux/PartHealth.h>
#include <proximux/exchange/mux/StallBudget.h>
#include <proximux/exchange/mux/TokenBucket.h>
#include <proximux/exchange/mux/Transaction.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/wire/Framer.h>
#include <proximux/wire/InputBuffer.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

// What the exchanges of fifo and funnel keep: a request, a client, and a lane, which is a target connection's place
// with the requests in flight on it.
//
//     client.requests   oldest first      [sent] [sent] [queued] [queued]
//                                            |      |       |       |
//     lane.pipeline     oldest first  [..] [sent] [sent]    |       |        the next response answers the first
//     queue             order of arrival               [..] [queued] [queued] [..]
//
// A client that leaves takes its queued requests with it; its sent ones stay in the pipeline without a client, and what
// answers them goes to nobody.

struct Client;
struct Lane;

/// Whether the rest of a request that is not whole comes from its client.
enum class Rest
{
    comes,   ///< its client sends it, or there is none
    awaited, ///< as soon as the target consents (RequestTraits::asks)
    told,    ///< its client was told to send it, and is not told so again
    refused  ///< it was answered instead: nothing more is read from its client
};

/// What is known of a request. Replaced whole when the next request has its place: nothing of it is left by mistake.
struct RequestState : Transaction
{
    Client* client = nullptr;                ///< null: its client has left
    bool whole = true;                       ///< false: larger than the buffer, its last byte has not come
    bool begun = false;                      ///< a byte of its response was seen
    bool failed = false;                     ///< replied: and it says so
    bool forgotten = false;                  ///< orphaned, and takes no place of the pipeline any more
    bool spending = false;                   ///< by it its connection is spent
    bool turnsLane = false;                  ///< by it its connection has another dialect; it must not fail
    Rest rest = Rest::comes;                 ///< not whole: whether the rest comes
    bool check = false;                      ///< ours: whether it is answered says whether the target works
    bool trial = false;                      ///< it finds out whether a silent part of the target answers again
    CloseReason reason = CloseReason::ended; ///< failed: why
    Lane* lane = nullptr;                    ///< sent: where
    TargetId asked;                          ///< a lane that is being made ready for it; invalid: none is
    std::uint64_t id = 0;                    ///< of ours, on its target
    std::uint64_t theirId = 0;               ///< its client's own
    std::uint64_t size = 0;                  ///< bytes so far
    std::uint64_t responseSize = 0;
    std::uint64_t tag = 0;     ///< for MultiplexerObserver
    std::uint64_t ticket = 0;  ///< its turn in the queue
    unsigned repeats = 0;      ///< how often it was
    bool isOpen = false;       ///< not whole: its client may take its time, as with a lease
    std::uint64_t errand = 0;  ///< sent: the one that it is, to stop what another lane does (Cancels); 0: it is none
    bool awaitsCancel = false; ///< replied: it is said when the target was told of what it cancels
    bool stopped = false;      ///< its client has left, and its target was told to stop it
    bool suspect = false;      ///< it may be why a connection ended on which others were lost, too
    bool used = false;         ///< its bytes are no more in its client's input
    Instant came;
    Instant sentAt;
    Instant firstByte;
    std::uint64_t swallowedBytes = 0; ///< sent: what its lane had swallowed before, and for how long
    Duration swallowedTime;
    Instant continued; ///< raw: when its last piece came

    /// Whether it is, or was, in the pipeline of a lane.
    [[nodiscard]] bool isSent() const { return lane != nullptr; }

    /// Whether it is not whole, and the target is to speak next.
    [[nodiscard]] bool awaitsTarget() const { return rest == Rest::awaited || rest == Rest::refused; }
};

/// One request. Its memory is used again.
struct Request : RequestState
{
    RequestTraits traits;
    std::string again;          ///< its bytes, as long as it may be sent once more: see Repeats
    Link<Request> place;        ///< in the queue or in a pipeline
    Link<Request> own;          ///< among its client's
    Due<Request> queue{*this};  ///< exchange.queue_timeout; left: exchange.abandon_timeout
    Due<Request> pin{*this};    ///< exchange.tie_timeout, where it waits for a pin
    Due<Request> answer{*this}; ///< exchange.response_timeout, where responses are paired by an id

    [[nodiscard]] std::size_t inputSize() const { return used ? 0 : static_cast<std::size_t>(size); }
};

/// What is still to come on a lane for clients that have left.
struct OrphanState
{
    std::size_t requests = 0;         ///< in the pipeline
    std::size_t owed = 0;             ///< of them, those that must be answered
    std::size_t forgotten = 0;        ///< of them, those that take no place of the pipeline any more
    std::uint64_t bytes = 0;          ///< what came
    Duration time;                    ///< for which others waited behind it
    Instant since = Instant::never(); ///< likewise, and that goes on
};

constexpr unsigned dialectBit(unsigned dialect)
{
    return 1U << dialect;
}

/// What is known of a target connection. Replaced whole with the connection: nothing of one is left for the next, where
/// it would be another client's.
struct LaneConnection
{
    TargetId target;
    std::unique_ptr<ResponseFramer> framer; ///< of its responses; null with raw
    Identifiers* ids = nullptr;             ///< of its target; null where responses are not paired by an id
    PartHealth* parts = nullptr;            ///< of its target; null where it has no parts
    InputBuffer input;
    std::string binding;                      ///< of its TLS, for its login; empty: there is none
    std::string greeting;                     ///< what its target has answered to its login
    std::unique_ptr<LoginDialog> login;       ///< by which it is being signed in, where that is a dialog
    std::unique_ptr<StateProbe> probe;        ///< what its client still has there is being asked
    std::string owed;                         ///< replies to requests of its target, which it has not got yet
    Fence fence;                              ///< ends the response to the fenced request in the pipeline
    unsigned proofs = 0;                      ///< what its target has proven (RequestTraits::proof)
    Request* answered = nullptr;              ///< whose response is being received
    bool inMessage = false;                   ///< a part of a message was taken
    std::size_t abandoned = 0;                ///< requests whose response did not come in time; their ids stay taken
    Instant lastByte;                         ///< when something came last
    bool proven = false;                      ///< a response came on this connection
    bool unconfirmed = false;                 ///< nothing shows that the target has read what was sent last
    bool unread = false;                      ///< it may have requests without a response that the target has not read
    bool speaks = false;                      ///< at rest: something came that is to be read first
    bool spent = false;                       ///< a request on it may be unread in part: nobody else gets it
    bool aged = false;                        ///< pool.lifetime is over
    bool ending = false;                      ///< its target is about to end it: nothing more is sent
    unsigned dialect = 0;                     ///< which it speaks; 0: not yet chosen, or there is only one
    unsigned spoken = 0;                      ///< dialects to which it can be changed: dialectBit()
    unsigned refused = 0;                     ///< likewise, those which the target has refused
    std::shared_ptr<const Login> user;        ///< whose it is; null: as it was opened
    std::shared_ptr<const Login> first;       ///< who has opened it, where that was a dialog
    std::shared_ptr<const Login> refusedUser; ///< who was to have it, which the target has refused
    Client* reader = nullptr;                 ///< who got something last, or does not read it; null where he has left
    std::uint64_t served = 0;                 ///< Client::number of whose requests were sent last; 0: ours
    unsigned run = 0;                         ///< so many of that client's, one behind the other, and none elsewhere
    std::uint64_t servedTo = 0;               ///< Client::sent behind the last of them
    Request* streaming = nullptr;             ///< a request of which only a part was sent
    std::size_t waiting = 0;                  ///< bytes unsent to the target
    unsigned unasked = 0;                     ///< reasons of which its target is to be asked behind `cancel`
    std::uint64_t cancel = 0;                 ///< the errand that stops what it does (Cancels); 0: there is none
    bool silent = false;                      ///< raw: the target was silent for exchange.raw_gap
};

/// A lane that one client has alone. Replaced whole when that ends.
struct LanePin
{
    Client* client = nullptr;             ///< who; null: nobody has
    std::size_t target = 0;               ///< which target it goes to
    bool pushes = false;                  ///< what the target sends is for the client, and answers nothing
    bool muted = false;                   ///< pushes: it answers nothing, not even a farewell
    bool returning = false;               ///< no more: others may have it as soon as the fence's marker comes back
    bool leaving = false;                 ///< pushes: the target was asked to end it, behind all that it owes
    std::string last;                     ///< leaving: what came last, which may be its answer to that
    bool tunnel = false;                  ///< whatever passes is for the client, both ways
    Instant idleSince = Instant::never(); ///< since then idle for exchange.tie_idle_timeout
};

/// The lane that a client has alone. Replaced whole when that ends.
struct ClientPin
{
    Lane* lane = nullptr;
    unsigned reasons = 0; ///< pins::
    Instant since;
};

/// How a lane is kept from others by a client that reads or sends slowly.
struct StallState
{
    Client* client = nullptr; ///< who keeps it from others, which wait; null: nobody does
    Instant since;
    Instant until = Instant::never(); ///< then that client has used up its time
    bool isLease = false;             ///< it counts for nothing else: the request is open
    StallBudget budget;               ///< of all clients that did so; outlives a connection
};

/// One lane.
struct Lane : LaneConnection
{
    explicit Lane(std::size_t n)
        : number(n)
    {
    }

    std::size_t number;                      ///< its place in the pool
    std::size_t optional = 0;                ///< requests in the pipeline that may never be answered
    LanePin pin;                             ///< who has it alone; see Pinning
    List<Request, &Request::place> pipeline; ///< in flight, oldest first
    OrphanState orphans;       ///< those of the pipeline whose clients are not there any more; see Orphans
    Client* heldFor = nullptr; ///< the slow reader because of whom the target is held
    StallState stall;          ///< who keeps it from others; see Stalls
    Link<Lane> stalling;       ///< in the list of those that may wait for a client
    Due<Lane> pause{*this};    ///< pool.connect_delay, pool.request_gap: until then nothing is sent
    Due<Lane> settle{*this};
    Due<Lane> signIn{*this}; ///< pool.connect_timeout, for a login that is a dialog, and for an end that was asked for
    Due<Lane> response{*this};
    Due<Lane> inactive{*this};
    Due<Lane> lifetime{*this}; ///< pool.lifetime, but for a random part of it
    Due<Lane> gap{*this};
    Due<Lane> pinIdle{*this};
    Due<Lane> departure{*this}; ///< exchange.abandon_timeout, where nobody is there who waits
    Due<Lane> parting{*this};   ///< outgoing: shutdown.drain_timeout

    /// Places of the pipeline that are taken.
    [[nodiscard]] std::size_t load() const { return pipeline.size() - optional - orphans.forgotten; }

    /// Whether the target is to speak next, although this request, the oldest one, is not whole.
    [[nodiscard]] bool awaitsTarget(const Request& request) const
    {
        return request.awaitsTarget() || (framer != nullptr && framer->owes());
    }
};

/// One client.
struct Client
{
    enum class State
    {
        open,
        ended,  ///< FIN came: no more requests
        closing ///< it gets what waits for it; what it still sends is thrown away
    };

    explicit Client(ClientId name)
        : id(name)
    {
    }

    ClientId id;
    std::uint64_t number = 0; ///< as its conversation knows it; 0: there is none
    std::uint64_t sent = 0;   ///< requests
    State state = State::open;
    CloseReason reason = CloseReason::ended;    ///< closing: why
    std::unique_ptr<Framer> framer;             ///< of its requests; null with raw
    std::unique_ptr<Conversation> conversation; ///< null where nothing is to be said of a request
    ClientPin pin;                              ///< which lane it has alone, and why; see Pinning
    bool final = false;                         ///< nothing more is read from it; it is closed when all was answered
    bool flushes = false;                       ///< what came of the request that is not whole is to be passed on
    bool halted = false;                        ///< nothing more is looked at until the last request is answered
    bool fin = false;                           ///< it has ended: FIN came
    bool endPassed = false;                     ///< and its target was told of that end
    bool discarding = false;                    ///< the rest of a request whose response came early
    bool held = true;                           ///< as a connection is when it opens
    bool deaf = false;                          ///< closing: nothing is read from it any more
    Consent consent;                            ///< what it waits for, as soon as all is answered that came before
    Bytes consentText;                          ///< and what it is told if the target says nothing
    InputBuffer input;       ///< the queued requests, the one that is not whole, and what was not looked at
    std::size_t queued = 0;  ///< bytes of input that belong to queued requests
    std::size_t partial = 0; ///< bytes behind them that belong to the request that is not whole
    List<Request, &Request::own> requests; ///< all that have not ended, oldest first
    Request* next = nullptr;               ///< the oldest that is not sent, or null
    std::size_t inFlight = 0;              ///< of them, sent
    std::size_t replied = 0;               ///< of them, answered by us, which is not said yet
    Lane* lane = nullptr;                  ///< where those are
    TargetId after;                        ///< where it has sent last what has no response: nothing overtakes that
    Request* large = nullptr;              ///< the request that is larger than the buffer, queued or being sent
    std::size_t waiting = 0;               ///< bytes unsent to the client
    std::size_t replies = 0;               ///< bytes of answers of ours, which are not said yet
    std::size_t copied = 0;                ///< bytes of requests that may be sent once more
    MemoryBudget::Share memory;            ///< of input, replies and copies
    std::size_t limit = 0;                 ///< bytes that may be read at once, as said last
    TokenBucket reconnects{0};             ///< of target connections, because of it
    std::size_t discarded = 0;             ///< closing: bytes that it still sent
    Duration stalled;                      ///< how long it kept target connections from others, reading or sending
    Link<Client> delayed;                  ///< in the list of those whose input is to be looked at again
    Due<Client> idle{*this};
    Due<Client> pause{*this};   ///< exchange.request_timeout
    Due<Client> batch{*this};   ///< exchange.batch_timeout
    Due<Client> asking{*this};  ///< its target has not consented to the rest of its request
    Due<Client> calm{*this};    ///< until then nothing of it stands in the queue: limits.reconnects
    Due<Client> paced{*this};   ///< until then no request of it is looked at: limits.request_rate
    Due<Client> welcome{*this}; ///< local.login_timeout
    Due<Client> linger{*this};  ///< local.half_close_timeout, while closing
    Due<Client> discard{*this}; ///< exchange.discard_timeout, while closing

    [[nodiscard]] std::size_t queuedRequests() const { return requests.size() - inFlight; }

    /// Whether a response decides what its input is (RequestTraits::barrier). Nothing is queued behind such a request,
    /// so it is the last. Where it failed there will be no tunnel.
    [[nodiscard]] bool isBehindBarrier() const
    {
        const Request* last = requests.last();
        return last != nullptr && last->traits.barrier && last->whole && !last->is(Transaction::replied);
    }
};

using LaneList = std::vector<std::unique_ptr<Lane>>; ///< by their numbers

} // namespace proximux
