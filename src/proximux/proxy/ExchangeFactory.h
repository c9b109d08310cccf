#pragma once

#include <proximux/config/Configuration.h>
#include <proximux/exchange/ProxyExchange.h>
#include <proximux/exchange/SharedExchange.h>

#include <functional>
#include <memory>

namespace proximux
{

/// The exchange of a mode, and the pool that it uses, where it has none of its own.
struct ExchangeAndPool
{
    std::unique_ptr<PairPool> pairs;    ///< proxy
    std::unique_ptr<SharedPool> shared; ///< fifo and funnel
    std::unique_ptr<Exchange> exchange;
    std::function<std::size_t()> underWay; ///< fifo and funnel: connections that are not yet of use
};

/// Makes what the configuration's mode asks for. All that is handed over must outlive it.
ExchangeAndPool makeExchange(const Configuration& configuration, Targets& targets, TargetDialer& dialer,
                             PairWiring& pairWiring, SharedWiring& sharedWiring);

} // namespace proximux
