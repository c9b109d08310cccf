#pragma once

#include <proximux/admin/AdminCommands.h>
#include <proximux/admin/ServiceDirectory.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace proximux
{

/// The admin port: a small strict server of HTTP, and of command lines on UNIX sockets, with a thread and a reactor of
/// its own. It never waits for a reactor of a Proxy: those are asked by posted calls, and answer the same way.
///
///     Entrance (one per address) --> AdminConnection --> AccessRules --> Pages        what can be read
///                                                              \--> CommandDesk  what has an effect
///                                                                       |
///                                                                    Survey <--> the reactors of each Proxy
///
/// Construct, start and destroy it in one thread. It serves from start(), before the services are started, to its
/// destruction, after they have ended.
class AdminServer
{
public:
    /// Both must outlive it. Its settings are those of the configuration of any service.
    AdminServer(const ServiceDirectory& services, AdminCommands& commands);

    /// Ends at once; what was answered is still sent.
    ~AdminServer();

    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

    /// Listens and serves; does nothing without admin.listen. Throws Poco::IOException, with the address and the
    /// reason, if the system refuses.
    void start();

    /// The ports of its TCP addresses, in the order of admin.listen.
    [[nodiscard]] std::vector<std::uint16_t> ports() const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace proximux
