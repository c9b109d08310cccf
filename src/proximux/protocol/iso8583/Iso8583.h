#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::iso8583
{

/// ISO 8583:1987, payment messages, with a type and fields in ASCII and a binary bitmap.
///
///     0        2      6         14                     big endian; the length excludes itself
///     | length | type | bitmap | second bitmap | field 2 | field 3 ...
///
/// Responses carry no id at a fixed place, so they are paired in order; class, function, STAN (field 11) and terminal
/// (field 41) must match. The connection ends at a message that matches no request. No response is ever made up: it
/// would be a statement about money.
ProtocolInfo info();

} // namespace proximux::iso8583
