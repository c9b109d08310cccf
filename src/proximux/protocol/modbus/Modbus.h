#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::modbus
{

/// Modbus/TCP, after "Modbus Messaging on TCP/IP Implementation Guide" V1.0b and "Modbus Application Protocol" V1.1b3.
///
///     0            2           4         6      7          8
///     | transaction | protocol | length | unit | function | data ...      big endian; length counts from unit
///
/// Paired by the transaction id; unit and function must match, too. A failed request is answered with an exception.
ProtocolInfo info();

} // namespace proximux::modbus
