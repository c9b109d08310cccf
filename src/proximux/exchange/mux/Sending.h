#pragma once

#include <proximux/exchange/mux/RequestPool.h>
#include <proximux/exchange/mux/State.h>

#include <cstddef>
#include <cstdint>

namespace proximux
{

struct Mux;

/// Requests, from their coming to their being sent: each stands in the queue until a lane has room for it.
///
///     queue() -> queue -> nextFor(lane) -> send() -> pipeline of the lane
///
/// In fifo every request of a client stands in the queue, in funnel only its oldest one.
class Sending
{
public:
    explicit Sending(Mux& mux)
        : _mux(mux)
    {
    }

    /// Requests that are not sent, of all clients.
    [[nodiscard]] std::size_t queued() const { return _queued; }

    /// Whether somebody may wait for an id to be free.
    [[nodiscard]] bool mayAwaitId() const;

    /// The next n bytes of the client's input are a request, or the beginning of one that is too large to be kept.
    void queue(Client& client, std::size_t n, bool whole, Instant now);

    /// A client has come: what it gets first is said, or waits for a lane.
    void greet(Client& client, Instant now);

    /// A request of this client, which is its newest.
    Request& make(Client& client, Instant now);

    /// It has waited for exchange.queue_timeout. What precedes it on a connection is a part of it: that may take its
    /// time.
    void expired(Request& request, Instant now);

    /// Arms the deadlines of a request in the queue that were off before.
    void armAgain(Request& request, Instant now);

    /// A request of ours takes its place in the pipeline of the lane, which was idle or has only requests before it.
    /// The caller sends its bytes.
    Request& sendOwn(Lane& lane, const RequestTraits& traits, Instant now);

    /// Whether nothing has come from the target of an idle lane that was not read. False: the lane is closed, because
    /// that answers nothing, or because its target has ended.
    bool isSilent(Lane& lane, Instant now);

    /// It has ended, and is in no list.
    void recycle(Request& request);

    /// Until here, whoever ended a request may still look at it.
    void trim() { _requests.trim(); }

    // ---- the queue

    /// It stands in the queue from now on.
    void enter(Request& request, Instant now);

    /// It was sent, and stands in front of the queue once more.
    void requeue(Request& request);

    /// It is sent, or its client has left.
    void unqueue(Request& request);

    /// The client's oldest request that is not sent is none that is answered by us; the bytes of those are used.
    void advance(Client& client, Instant now);

    /// A request came into the queue, or its client is free to go elsewhere.
    void serve(Request& request, Instant now);
    bool isRefused(Request& request, Instant now);

    /// Serves whoever can now be served by this lane.
    void pump(Lane& lane, Instant now);

    /// Any lane may have room for somebody: done at the end of the present call.
    void pumpAll() { _pumpAll = true; }
    [[nodiscard]] bool isPumpDue() const { return _pumpAll; }
    void pumpIfDue(Instant now);

    /// Requests that came later than this are not sent as long as somebody else waits longer.
    void giveWay(Instant since);
    [[nodiscard]] Instant latest() const { return _latest; }

    /// Whether it cannot be sent before its client may be pinned.
    [[nodiscard]] static bool awaitsPin(const Request& request);

private:
    Request& newRequest(Instant now);
    [[nodiscard]] Request* nextFor(const Lane& lane) const;
    void greetIfKnown(Request& request, Instant now);
    bool send(Lane& lane, Request& request, Instant now);
    bool isStale(Lane& lane, const Request& request, Instant now);
    void leave(Lane& lane, const Request& request, Instant now);
    bool isQuiet(Lane& lane, Request& request, Instant now);

    Mux& _mux;
    RequestPool _requests;
    std::size_t _queued = 0;
    std::size_t _ownIds = 0;            ///< of them, those that keep their ids
    Instant _latest = Instant::never(); ///< requests that came later are not sent
    bool _pumpAll = false;
};

} // namespace proximux
