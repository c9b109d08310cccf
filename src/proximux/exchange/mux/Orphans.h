#pragma once

#include <proximux/exchange/mux/MultiplexerSettings.h>
#include <proximux/exchange/mux/State.h>

#include <cstddef>

namespace proximux
{

/// Requests in flight whose clients have left: what answers them is for nobody, and others wait behind it. The bytes
/// and the time of that are limited (exchange.abandon_limit, exchange.abandon_timeout), and so is how often a lane that
/// serves nobody else is given up.
///
/// Says which lanes are to be left; leaving them is for the owner. The only writer of Lane::orphans.
class Orphans
{
public:
    explicit Orphans(const MultiplexerSettings& settings);

    void change(const MultiplexerSettings& settings);

    /// Whether there are any, or were a moment ago.
    [[nodiscard]] bool hasAny() const { return _requests > 0 || _swallowing > 0; }

    /// Its client has left, and it is in flight. optional: it may never be answered.
    void add(Request& request, bool optional);

    /// It was answered, or is given up.
    void remove(Request& request, bool optional);

    /// It takes no place of the pipeline any more.
    static void forget(Request& request);

    /// The lane is closed: its time ends.
    void leave(Lane& lane);

    /// Bytes came for nobody.
    static void swallow(Lane& lane, std::size_t bytes) { lane.orphans.bytes += bytes; }

    /// Facts have changed: which lanes are busy with what is for nobody, while others wait. inUse: of each lane.
    template <class InUse>
    void update(const LaneList& lanes, const InUse& inUse, Instant now)
    {
        if (hasAny())
            for (const auto& lane : lanes)
                setSwallowing(*lane, inUse(*lane) && lane->orphans.requests > 0 && delaysOthers(*lane), now);
    }

    /// Time for which this lane was busy with what is for nobody.
    [[nodiscard]] static Duration swallowed(const Lane& lane, Instant now);

    /// When it will have been for too long, for those who wait behind; never: nobody does.
    [[nodiscard]] Instant until(const Lane& lane) const;

    /// The same of the lane for which that is first.
    [[nodiscard]] Instant next(const LaneList& lanes) const;

    /// Whether what came for nobody is too much for those who wait behind it.
    [[nodiscard]] bool isFlooded(const Lane& lane) const;

    /// Whether something is still to come on the lane, all of it is for nobody, and the lane can be given up.
    [[nodiscard]] static bool isLeft(const Lane& lane);

    /// Whether a lane may be given up at once: that does not happen too often.
    [[nodiscard]] bool mayDepart(Instant now) { return _departures.has(now); }
    void departs(Instant now) { _departures.take(now); }

private:
    [[nodiscard]] static bool delaysOthers(const Lane& lane);
    void setSwallowing(Lane& lane, bool swallowing, Instant now);

    std::size_t _limit;
    Duration _timeout;
    std::size_t _requests = 0;
    std::size_t _swallowing = 0; ///< lanes on which others wait behind them
    TokenBucket _departures;     ///< lanes that are given up because of them
};

} // namespace proximux
