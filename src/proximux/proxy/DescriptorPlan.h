#pragma once

#include <proximux/Configuration.h>
#include <proximux/net/Sockets.h>

#include <cstddef>
#include <optional>
#include <string>

namespace proximux
{

/// Divides the available descriptors. Those for target connections, the log, the resolver and an admin port are
/// reserved; clients get the rest.
struct DescriptorPlan
{
    std::size_t limit = 0;    ///< allowed by the system; 0: unlimited
    std::size_t setAside = 0; ///< reserved, not available to clients
    std::size_t clients = 0;  ///< maximum concurrent clients, at least one; 0: unlimited
    std::size_t lacking = 0;  ///< missing for the reserved ones and one client

    /// found: the limit and the number of open descriptors, before the server listens and before any target connection.
    static DescriptorPlan make(const Configuration& configuration, const sockets::Descriptors& found);

    /// The message for the log at start if fewer clients fit than local.max_connections, or few if that is off.
    [[nodiscard]] std::optional<std::string> notice(const LocalSettings& local) const;
};

} // namespace proximux
