#pragma once

#include <proximux/exchange/mux/MultiplexerSettings.h>
#include <proximux/exchange/mux/Pinning.h>
#include <proximux/exchange/mux/Queue.h>

#include <cstddef>

namespace proximux
{

/// Clients that keep a lane from others by reading its responses, or sending their request, slowly. The time runs while
/// the lane waits for the client and somebody else waits for the lane, and stops with each byte; a client has
/// exchange.stall_timeout, and all clients of a lane together have a budget (StallBudget).
///
/// Says who has used up its time; closing it is for the owner. The only writer of Lane::stall and
/// Client::stalled.
class Stalls
{
public:
    /// The queue and the pinning must outlive it.
    Stalls(const MultiplexerSettings& settings, const Queue& queue, const Pinning& pinning)
        : _limit(settings.stallTimeout)
        , _patience(settings.pinIdleTimeout)
        , _queue(queue)
        , _pinning(pinning)
    {
    }

    void change(const MultiplexerSettings& settings)
    {
        _limit = settings.stallTimeout;
        _patience = settings.pinIdleTimeout;
    }

    [[nodiscard]] bool isEmpty() const { return _lanes.isEmpty(); }

    /// The lane may wait for a client from now on.
    void watch(Lane& lane);

    /// Facts have changed: whose time runs, and whose does not.
    void update(Instant now);

    /// Bytes of a client pass for which a lane may wait.
    void bytesPass(const Client& client, std::size_t bytes, Instant now);

    /// A piece of a request whose end nobody knows (raw): from the piece before until now the target may have waited
    /// for it. Returns whether the client has time left.
    bool mayContinue(Lane& lane, Request& request, Instant now);

    /// The lane waits for this client no more.
    void forget(Lane& lane, Instant now) { end(lane, 0, now); }

    /// A lane whose client has used up its time, or null.
    [[nodiscard]] Lane* firstOverdue(Instant now) const;

    /// When the next client will have; never: no time runs.
    [[nodiscard]] Instant next() const;

    /// Calls act(lane) for each lane whose responses this client does not read. act may release it.
    template <class Act>
    void forEachHeldFor(const Client& reader, const Act& act) const
    {
        for (Lane* lane = _lanes.first(); lane != nullptr; lane = Watched::next(*lane))
            if (lane->heldFor == &reader)
                act(*lane);
    }

private:
    using Watched = List<Lane, &Lane::stalling>;

    [[nodiscard]] static Client* awaited(const Lane& lane);
    [[nodiscard]] Instant othersWaitSince(const Lane& lane, const Client& client) const;
    [[nodiscard]] Instant endOf(const Lane& lane, const Client& client, Instant since) const;
    static void end(Lane& lane, std::size_t bytes, Instant now);

    Duration _limit;
    Duration _patience; ///< with open requests
    const Queue& _queue;
    const Pinning& _pinning;
    Watched _lanes; ///< those that may wait for a client
};

} // namespace proximux
