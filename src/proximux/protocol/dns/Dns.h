#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::dns
{

/// DNS over TCP, after RFC 1035 (4.1, 4.2.2) and RFC 7766.
///
///     0       2    4       6         8         10          12           14
///     | length | id | flags | questions | answers | authority | additional | question ...    big endian
///
/// The length excludes itself. Paired by the id; the question must match as well if the response has one. Zone
/// transfers have several responses, and signed requests (TSIG, SIG(0)) must keep their id: both pin their client.
ProtocolInfo info();

} // namespace proximux::dns
