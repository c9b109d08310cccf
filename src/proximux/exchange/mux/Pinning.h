#pragma once

#include <proximux/Pins.h>
#include <proximux/exchange/mux/State.h>
#include <proximux/targets/ConnectionCounts.h>

#include <cstddef>
#include <string>

namespace proximux
{

/// Which lanes are pinned: each of them serves one client and nobody else, for the reasons that are known of that
/// client (pins::). The only writer of Client::pin, and of who has a lane; what such a lane is used for (pushes,
/// tunnel, its end) is written by those who see its messages.
class Pinning
{
public:
    /// most: lanes that may be pinned at the same time. counts: is told who is pinned; of all exchanges of a worker.
    Pinning(std::size_t most, ConnectionCounts& counts)
        : _most(most)
        , _counts(counts)
    {
    }

    void setMost(std::size_t most) { _most = most; }

    /// So many of them are pinned elsewhere.
    void setOthers(std::size_t pinned) { _others = pinned; }

    /// How many count for the limit: a lease ends by itself, and any number may have one.
    [[nodiscard]] std::size_t count() const { return _tied; }
    [[nodiscard]] bool mayPin() const { return _tied + _others < _most; }

    /// Whether the client is pinned for more than a lease.
    [[nodiscard]] static bool isTied(const Client& client)
    {
        return client.pin.lane != nullptr && (client.pin.reasons & ~pins::LEASE) != 0;
    }

    /// Whether the client is within a transaction.
    [[nodiscard]] static bool isLeased(const Client& client)
    {
        return client.pin.lane != nullptr && (client.pin.reasons & pins::LEASE) != 0;
    }

    /// The client has the lane, of this target, alone from now on. False: it had it before, and has these reasons more.
    bool pin(Lane& lane, std::size_t target, Client& client, unsigned reasons, Instant now);

    /// The lane is for all again.
    void unpin(Lane& lane);

    /// The client, which may be pinned, has these reasons more.
    void add(Client& client, unsigned reasons) { change(client, client.pin.reasons | reasons); }

    /// It has these reasons no more. Returns whether no reason is left.
    bool remove(Client& client, unsigned reasons)
    {
        change(client, client.pin.reasons & ~reasons);
        return client.pin.reasons == 0;
    }

    // ---- pins that are idle: they stay as long as nobody else needs their lanes

    void becameIdle(Lane& lane, Instant now);
    void isUsed(Lane& lane);
    [[nodiscard]] bool hasIdle() const { return _idle > 0; }

    /// Of the lanes for which counts(lane) holds; null: none of them is idle.
    template <class Counts>
    [[nodiscard]] Lane* longestIdle(const LaneList& lanes, const Counts& counts) const
    {
        Lane* longest = nullptr;
        for (const auto& lane : lanes)
            if (lane->pin.idleSince != Instant::never() && counts(*lane) &&
                (longest == nullptr || lane->pin.idleSince < longest->pin.idleSince))
                longest = lane.get();
        return longest;
    }

    /// How many lanes are pinned, for which reasons, and for how long: for a client that waits in vain to be.
    [[nodiscard]] std::string describe(const LaneList& lanes, Instant now) const;

private:
    void change(Client& client, unsigned reasons);

    std::size_t _most;
    ConnectionCounts& _counts;
    std::size_t _others = 0;
    std::size_t _tied = 0;
    std::size_t _idle = 0;
};

} // namespace proximux
