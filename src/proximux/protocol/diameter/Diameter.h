#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::diameter
{

/// Diameter over TCP (RFC 6733).
///
///     0         1        4       5              8             12           16           20
///     | version | length | flags | command code | application | hop-by-hop | end-to-end | AVPs    big endian
///
/// The length includes the header. Paired by the hop-by-hop id, which is replaced; the end-to-end id stays, and is
/// compared. Either side sends requests.
ProtocolInfo info();

} // namespace proximux::diameter
