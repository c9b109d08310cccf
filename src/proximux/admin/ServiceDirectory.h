#pragma once

#include <proximux/proxy/ProxyInspector.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// A Proxy of the process, and its name among several.
struct InspectedService
{
    std::string name; ///< empty: it is the only one, and has none
    std::shared_ptr<ProxyInspector> proxy;
    bool isLeaving = false; ///< a reload has removed it, and it ends with its last client
};

/// Which services the process has. A reload may change that. Any thread.
class ServiceDirectory
{
public:
    virtual ~ServiceDirectory() = default;

    /// At least one. Those that leave come last; their names may be in force again. Who holds one delays its
    /// destruction: never do that in a thread of a Proxy.
    [[nodiscard]] virtual std::vector<InspectedService> services() const = 0;
};

} // namespace proximux
