#pragma once

#include <cstddef>
#include <vector>

namespace proximux
{

/// What a reload has changed about targets, which are named by their index.
struct TargetChanges
{
    std::vector<bool> renewed;      ///< whose connections are to be replaced; those beyond its end are not
    std::vector<std::size_t> fresh; ///< that were not there before: nothing is known of them

    [[nodiscard]] bool isRenewed(std::size_t target) const { return target < renewed.size() && renewed[target]; }
};

} // namespace proximux
