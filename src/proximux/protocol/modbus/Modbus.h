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
/// With exchange.modbus_target the targets are of one of the forms below, and every message is translated.
ProtocolInfo info();

/// The forms of "Modbus over Serial Line" V1.02, over TCP, as serial device servers pass them on. They have no ids: one
/// request at a time, and whatever a response repeats must match.
///
///     | unit | function | data ... | CRC, low byte first |                RTU
///     | : | two digits for each byte of unit ... data, LRC | CR | LF |    ASCII
ProtocolInfo rtuInfo();
ProtocolInfo asciiInfo();

} // namespace proximux::modbus
