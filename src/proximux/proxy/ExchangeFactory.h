#pragma once

#include <proximux/Configuration.h>
#include <proximux/exchange/mux/Multiplexer.h>
#include <proximux/exchange/pair/PairExchange.h>
#include <proximux/proxy/TargetDirectory.h>

#include <functional>
#include <memory>

namespace proximux
{

/// The exchange of a mode, and its pool unless the exchange owns pools itself.
struct ExchangeAndPool
{
    std::unique_ptr<PairPool> pairs;  ///< proxy
    std::unique_ptr<LanePool> shared; ///< fifo and funnel
    std::unique_ptr<Exchange> exchange;
    ConnectionCounts* counts = nullptr;    ///< of the pool or pools; lives as long as the exchange
    std::function<std::size_t()> underWay; ///< fifo and funnel: number of connections that are opening or settling

    /// Another configuration is in force, of the same mode and protocol, and its targets were assigned.
    std::function<void(const std::shared_ptr<const Configuration>&, const TargetAssignment&, Instant)> reconfigure;
};

/// What is said on a new connection to this target. protocol: null where messages are not delimited.
Prologue prologueFor(const Configuration& configuration, const TargetSettings& target, const Protocol* protocol);

/// Makes the exchange and pool for the configured mode, with the targets as they were assigned at the start. All other
/// arguments must outlive them.
ExchangeAndPool makeExchange(const std::shared_ptr<const Configuration>& configuration, Targets& targets,
                             TargetDialer& dialer, PairEffects& pairEffects, MultiplexerEffects& multiplexerEffects,
                             MultiplexerObserver& observer);

} // namespace proximux
