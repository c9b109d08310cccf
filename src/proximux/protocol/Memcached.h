#pragma once

#include <proximux/protocol/Framing.h>
#include <proximux/protocol/Protocol.h>

#include <memory>

namespace proximux
{

/// memcached: the text protocol with its meta commands, and the binary one (doc/protocol.txt, doc/protocol-binary.txt
/// of memcached). A connection speaks the one that its first byte chose.
///
/// Responses come in the order of the requests. `noreply` is taken out and the answer swallowed; a quiet request may
/// have no answer: a version or NOOP of ours behind it tells. A request in a form whose answers are not known for
/// certain on every server is fenced (Fence). `quit` closes the client alone.
std::unique_ptr<Protocol> makeMemcachedProtocol(const Framing& framing);

} // namespace proximux
