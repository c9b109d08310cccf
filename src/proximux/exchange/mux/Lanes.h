#pragma once

#include <proximux/exchange/mux/State.h>

#include <cstddef>

namespace proximux
{

struct Mux;

/// The lanes: what happens on target connections that are open, who has one alone, and how one ends.
class Lanes
{
public:
    explicit Lanes(Mux& mux);

    // ---- what happens to one

    void received(Lane& lane, Bytes bytes, Instant now);
    void sent(Lane& lane, std::size_t waiting, Instant now);
    void ended(Lane& lane, Instant now);
    void lost(Lane& lane, Instant now);

    // ---- which are there

    /// As many as the pool has places.
    void grow();

    [[nodiscard]] const LaneList& all() const { return _lanes; }
    [[nodiscard]] Lane& at(std::size_t place) const { return *_lanes[place]; }

    /// The lane that has this connection, or null.
    [[nodiscard]] Lane* find(TargetId target) const;

    [[nodiscard]] bool isInUse(const Lane& lane) const; ///< open, settled and not closed

    /// What is in flight on it wants to be alone.
    [[nodiscard]] static bool isTaken(const Lane& lane);

    /// Whether nothing is in flight on the lane but what was given up.
    [[nodiscard]] static bool isForsaken(const Lane& lane)
    {
        return lane.abandoned > 0 && lane.abandoned == lane.pipeline.size();
    }

    /// Whether a message of the target that answers nothing is thrown away: a bus whose other talk is heard, say.
    [[nodiscard]] bool ignoresUnknown(const Lane& lane) const;

    /// Says to the pool how much room the lane has.
    void updateLoad(Lane& lane);

    // ---- its time

    /// The next request on this lane waits for pool.request_gap.
    void pause(Lane& lane, Instant now);

    /// From now on the target may take exchange.response_timeout to its next byte; while a request is still being sent,
    /// to take more of it.
    void armResponse(Lane& lane, Instant now);

    /// Where each request has its own deadline, it runs while the target could answer: the request is sent, and we
    /// read.
    void armAnswer(Lane& lane, Request& request, Instant now);
    void expire(Instant now);

    // ---- who has it alone

    /// The client has the lane alone from now on.
    void pin(Lane& lane, Client& client, unsigned reasons, Instant now);

    /// The lane is for all again.
    void unpin(Lane& lane);

    /// The connection that the client has alone is left with its state, and nobody else gets it.
    void endPin(Client& client, Instant now);

    // ---- its end

    /// Costs those that were on it, and nobody else.
    void close(Lane& lane, CloseReason reason, How how, Instant now);

    /// Nothing of its connection is left for the next.
    void empty(Lane& lane);

    /// How a connection is left that is not for others. One at rest is reset, so that nothing of it stays behind on our
    /// side. What may not have been read yet is not lost with it: requests that nothing has answered.
    [[nodiscard]] static How partingFrom(const Lane& lane);

    /// Whether nothing needs an open connection: nobody has it alone, nothing is in flight, and all was sent, with
    /// requests that have no response.
    [[nodiscard]] bool mayYield(Lane& lane, Instant now) const;

    /// Gives one place back whose connection nothing needs. False: there is none.
    bool yield(Instant now);

private:
    void take(Lane& lane, Bytes bytes, Instant now);
    void leavePool(Lane& lane, CloseReason reason, Instant now);
    void endPinOfLost(Lane& lane, CloseReason reason, Instant now);
    void failAll(Lane& lane, CloseReason reason, How how, bool silent, Instant now);
    void endInSilence(Client& client, bool cutOff, Instant now);

    Mux& _mux;
    LaneList _lanes;
};

} // namespace proximux
