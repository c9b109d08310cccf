#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::cassandra
{

/// Cassandra's native protocol (CQL), after its specification of version 4 (native_protocol_v4.spec).
///
///     0         1       2        4        5        9
///     | version | flags | stream | opcode | length | body    big endian
///
/// The length excludes the header. Paired by the stream, of which the lower byte is replaced: the upper one must not
/// become negative, so it stays, and is compared.
ProtocolInfo info();

} // namespace proximux::cassandra
