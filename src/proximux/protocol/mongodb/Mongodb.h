#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::mongodb
{

/// MongoDB's wire protocol, after its manual and the specification of OP_MSG.
///
///     0      4            8             12       16      20
///     | size | request id | response to | opcode | flags | section ... | checksum    little endian
///
/// The size includes itself. A section is a body, one in each message, or a sequence of documents. Paired by the id,
/// which is replaced.
ProtocolInfo info();

} // namespace proximux::mongodb
