#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::memcached
{

/// memcached: the text protocol with its meta commands, and the binary one (doc/protocol.txt, doc/protocol-binary.txt
/// of memcached). A connection speaks the one that its first byte chose.
///
/// Responses come in the order of the requests. `noreply` is removed and the response discarded. A quiet request may
/// have no response, which a version command or NOOP sent after it reveals. A request in a form that not all servers
/// are known to answer alike is fenced (Fence). `quit` closes only the client.
ProtocolInfo info();

} // namespace proximux::memcached
