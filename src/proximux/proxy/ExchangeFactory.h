#pragma once

#include <proximux/Configuration.h>
#include <proximux/exchange/mux/Multiplexer.h>
#include <proximux/exchange/pair/PairExchange.h>

#include <functional>
#include <memory>

namespace proximux
{

/// The exchange of a mode, and its pool unless the exchange owns pools itself.
struct ExchangeAndPool
{
    std::unique_ptr<PairPool> pairs;     ///< proxy
    std::unique_ptr<LanePool> shared;    ///< fifo and funnel
    std::shared_ptr<PlaceClaims> claims; ///< fifo and funnel
    std::unique_ptr<Exchange> exchange;
    ConnectionCounts* counts = nullptr;    ///< of the pool or pools; lives as long as the exchange
    std::function<std::size_t()> underWay; ///< fifo and funnel: number of connections that are opening or settling
};

/// Makes the exchange and pool for the configured mode. All arguments must outlive them.
ExchangeAndPool makeExchange(const Configuration& configuration, Targets& targets, TargetDialer& dialer,
                             PairEffects& pairEffects, MultiplexerEffects& multiplexerEffects,
                             MultiplexerObserver& observer);

} // namespace proximux
