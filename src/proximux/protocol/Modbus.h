#pragma once

#include <proximux/protocol/Framing.h>
#include <proximux/protocol/Protocol.h>

#include <memory>

namespace proximux
{

/// Modbus/TCP, after "Modbus Messaging on TCP/IP Implementation Guide" V1.0b and "Modbus Application Protocol" V1.1b3.
///
///     0            2           4         6      7          8
///     | transaction | protocol | length | unit | function | data ...      big endian; length counts from the unit on
///
/// Paired by the transaction; unit and function must match, too. A request that fails is answered with an exception.
std::unique_ptr<Protocol> makeModbusProtocol(const Framing& framing);

} // namespace proximux
