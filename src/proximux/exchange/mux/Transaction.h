#pragma once

#include <cassert>
#include <cstddef>

namespace proximux
{

/// Where a request is on its way from its client to its end. Only move() changes it, by a table of legal moves; whoever
/// is at its end in any of them is recycled.
///
///                  repeated                      answered: ends
///            +----------------------+          /
///            v                      |         /
///         queued ----- sent -----> inFlight -+---- its client leaves ----> orphaned ----+
///            |                      |        |                                          | exchange.response_timeout
///            | answered by us       | fails  +------ exchange.response_timeout ----> timedOut
///            v                      v
///         replied <-----------------+
class Transaction
{
public:
    enum State
    {
        queued,   ///< not sent
        inFlight, ///< in the pipeline of a lane; its client waits, or it has none
        replied,  ///< an answer of ours is its end, as soon as all before it are answered
        orphaned, ///< in a pipeline, and its client has left: what answers it is for nobody
        timedOut  ///< in a pipeline, and given up; likewise
    };

    static constexpr std::size_t STATES = 5;

    [[nodiscard]] bool is(State state) const { return _state == state; }

    void move(State to)
    {
        assert(mayMove(_state, to));
        _state = to;
    }

    [[nodiscard]] static constexpr bool mayMove(State from, State to)
    {
        constexpr bool LEGAL[STATES][STATES] = {
            // queued inFlight replied orphaned timedOut
            {false, true, true, false, false},   // queued
            {true, false, true, true, true},     // inFlight
            {false, false, false, false, false}, // replied
            {false, false, false, false, true},  // orphaned
            {false, false, false, false, false}, // timedOut
        };
        return LEGAL[from][to];
    }

private:
    State _state = queued;
};

} // namespace proximux
