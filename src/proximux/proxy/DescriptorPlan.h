#pragma once

#include <proximux/config/Configuration.h>
#include <proximux/reactor/Sockets.h>

#include <cstddef>
#include <optional>
#include <string>

namespace proximux
{

/// How the descriptors that the system allows are dealt out: what must never be short (target connections, the log, the
/// resolver, an admin port) is set aside, and clients have the rest.
struct DescriptorPlan
{
    std::size_t limit = 0;    ///< that the system allows; 0: as many as one likes
    std::size_t setAside = 0; ///< for what clients must not take
    std::size_t clients = 0;  ///< that may be there at once; one at least. 0: nothing limits them
    std::size_t lacking = 0;  ///< to what is set aside and one client

    /// found: the limit, and what is open before the server listens and before a target connection is.
    static DescriptorPlan make(const Configuration& configuration, const sockets::Descriptors& found);

    /// What is told at start: the limit of clients where it is smaller than local.max_connections, or small where that
    /// is off.
    [[nodiscard]] std::optional<std::string> notice(const LocalSettings& local) const;
};

} // namespace proximux
