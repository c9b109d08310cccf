#pragma once

#include "simulation/World.h"

#include <proximux/exchange/AutoExchange.h>
#include <proximux/exchange/mux/FramedExchange.h>
#include <proximux/exchange/mux/RawExchange.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// A fifo or funnel exchange with its pool in a World, and a clock that changes only when it is told to. A test, an
/// oracle or a script says what happens: who joins, what is said, who reads how much, and what time passes.
class Simulation
{
public:
    struct Options
    {
        std::size_t connections = 1;
        std::size_t targets = 1;
        bool anyTarget = false; ///< one connection to the first target that is alive
        MultiplexerSettings exchange;
        std::string protocol = "line"; ///< by name; or raw, or auto
        Framing framing;
        std::size_t maxMessage = 10000;
        std::shared_ptr<const Protocol> spoken; ///< instead of the one with that name
        Backoff backoff{Duration::milliseconds(1), Duration::seconds(1)};
        std::uint64_t seed = 1;
    };

    /// Begins anew.
    void begin(const Options& options);

    // ---- what happens

    ClientId join();
    void says(ClientId client, Bytes bytes);
    void opens(TargetId target); ///< a requested connection opened
    void answers(TargetId target, Bytes bytes);
    void takes(ClientId client, std::size_t n); ///< it accepts n of the bytes that wait for it
    void takes(TargetId target, std::size_t n);
    Instant pass(Duration time);

    /// A reload: there are connections to these targets, by index, from now on, or one to any of those; and these
    /// settings. Not for `automatic`.
    void reloads(const std::vector<std::size_t>& targets, const TargetChanges& changes,
                 const MultiplexerSettings& settings);

    // ---- what came of it

    std::string got(ClientId client); ///< the bytes that the peer received since the last call
    std::string got(TargetId target);
    [[nodiscard]] Multiplexer::Usage usage() const;

    /// `exchange`, or `automatic`.
    [[nodiscard]] Exchange& running() const;

    Instant now;
    World world;
    std::unique_ptr<Targets> health;
    std::shared_ptr<Places> places;
    std::unique_ptr<LanePool> pool;
    std::unique_ptr<Multiplexer> exchange;
    std::unique_ptr<AutoExchange> automatic;

private:
    [[nodiscard]] AutoExchange::Tenant make(const Options& options, std::string_view name);

    [[nodiscard]] MultiplexerSettings completed(MultiplexerSettings settings, const Protocol* protocol) const;

    bool _anyTarget = false;
    bool _fair = false;
    std::shared_ptr<const Protocol> _protocol; ///< of `exchange`; null: raw
};

} // namespace proximux
