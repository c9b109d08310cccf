#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/net/Sockets.h>

#include <string>

namespace proximux
{

/// The PROXY header (target.N.proxy_protocol) of a connection to this target that is the client's; empty: none is
/// wanted. socket: of the client.
std::string targetHeaderFor(const TargetSettings& target, const ClientInfo& client, poco_socket_t socket);

/// Likewise, of a connection of our own, such as a health check. ends: those of this connection. Version 2 says LOCAL,
/// version 1 names both ends.
std::string targetHeaderOfOurs(const TargetSettings& target, const sockets::Ends& ends);

} // namespace proximux
