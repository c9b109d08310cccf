#pragma once

#include <proximux/proxy/ErrandConnection.h>
#include <proximux/proxy/Runtime.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

namespace proximux
{

/// What is said to targets on connections that are none of the pool's (MultiplexerEffects::beginErrand): one at a time
/// for each target. Used in the thread of its reactor.
class Errands : private ErrandListener
{
public:
    /// All of them must outlive it.
    Errands(Runtime& runtime, Reactor& reactor, Scratch& scratch, Exchange& exchange);
    ~Errands() override;

    /// target: its index. Called by the exchange.
    void begin(std::uint64_t number, std::size_t target, const std::string& says, Instant deadline);

private:
    struct Errand
    {
        std::uint64_t number = 0;
        std::string says;
        Instant deadline;
    };

    /// Those to one target, the oldest first, and the connection of that one.
    struct Row
    {
        std::deque<Errand> waiting;
        std::unique_ptr<ErrandConnection> connection;
    };

    void errandEnded(std::size_t target, ErrandEnd how) override;
    void dial(std::size_t target, Row& row);

    Runtime& _runtime;
    Reactor& _reactor;
    Scratch& _scratch;
    Exchange& _exchange;
    std::map<std::size_t, Row> _rows; ///< by the index of the target; none is empty
};

} // namespace proximux
