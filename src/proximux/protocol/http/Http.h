#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::http
{

/// HTTP/1.1 and HTTP/1.0 (RFC 9110, RFC 9112): one request at a time on a connection, many over its life.
///
/// Fields of one connection (Connection, Keep-Alive ...) are removed on both sides and replaced by the proxy's own: a
/// client that requests it is closed, the target connection stays open. The version is forwarded unchanged, so that a
/// target sends a client of 1.0 nothing that it does not know, such as chunks. The target, or the proxy, answers
/// Expect: 100-continue.
/// An upgrade, CONNECT (if allowed) and authentication of the connection (NTLM, Negotiate) pin the client.
ProtocolInfo info();

} // namespace proximux::http
