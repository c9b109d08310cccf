#pragma once

#include <proximux/admin/AdminCommands.h>
#include <proximux/proxy/ProxyInspector.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace proximux
{

/// The admin port: a small strict server of HTTP, and of command lines on UNIX sockets, with a thread and a reactor of
/// its own. It never waits for a reactor of the Proxy: those are asked by posted calls, and answer the same way.
///
///     Entrance (one per address) --> AdminConnection --> AccessRules --> Pages        what can be read
///                                                              \--> CommandDesk  what has an effect
///                                                                       |
///                                                                    Survey <--> the reactors of the Proxy
///
/// Construct, start and destroy it in one thread. It serves from start(), before the Proxy is started, to its
/// destruction, after that has ended.
class AdminServer
{
public:
    /// Both must outlive it. Its settings are those of the configuration of the Proxy.
    AdminServer(ProxyInspector& proxy, AdminCommands& commands);

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
