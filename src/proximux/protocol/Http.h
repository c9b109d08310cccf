#pragma once

#include <proximux/protocol/Framing.h>
#include <proximux/protocol/Protocol.h>

#include <memory>

namespace proximux
{

/// HTTP/1.1 and HTTP/1.0 (RFC 9110, RFC 9112): one request at a time on a connection, many over its life.
///
/// What belongs to a connection (Connection, Keep-Alive ...) is taken out on either side and said by us: a client that
/// wants to be closed is, the target connection stays. The version passes as it is, so that a target sends nothing to a
/// client of 1.0 that this does not know, such as chunks. Expect: 100-continue is answered by us. An upgrade, CONNECT
/// (where it is allowed) and authentication of the connection (NTLM, Negotiate) tie.
std::unique_ptr<Protocol> makeHttpProtocol(const Framing& framing);

} // namespace proximux
