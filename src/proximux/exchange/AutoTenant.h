#pragma once

#include <proximux/base/DeadlineList.h>
#include <proximux/exchange/mux/FramedExchange.h>
#include <proximux/exchange/mux/RawExchange.h>
#include <proximux/wire/Buffer.h>

#include <memory>
#include <vector>

namespace proximux
{

// What AutoExchange keeps.

/// One exchange with its pool.
struct AutoTenant
{
    std::unique_ptr<LanePool> pool;
    std::unique_ptr<Multiplexer> exchange; ///< null: nobody needs it

    /// The exchange of a protocol, where there is one; not of raw.
    [[nodiscard]] FramedExchange& framed() const { return static_cast<FramedExchange&>(*exchange); }
};

/// The exchange that has this connection, or null.
inline Multiplexer* exchangeOf(const std::vector<AutoTenant>& tenants, TargetId target)
{
    for (const AutoTenant& tenant : tenants)
        if (tenant.exchange && tenant.pool->placeOf(target) != LanePool::NONE)
            return tenant.exchange.get();
    return nullptr;
}

/// A client of whom nothing is known yet.
struct AutoNewcomer
{
    explicit AutoNewcomer(ClientId name)
        : id(name)
    {
    }

    ClientId id;
    Buffer said;
    Due<AutoNewcomer> ambiguous{*this};
    Due<AutoNewcomer> idle{*this};
};

} // namespace proximux
