#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::scpi
{

/// SCPI and other instruments with the messages of IEEE 488.2.
///
///     :MEAS:VOLT?;CURR? (@1)\n      two units, of which the header of each is a query; one response: 1.5;0.2\n
///     DISP:TEXT "a;b?"\n            no query, so no response
///     DATA #3100..........\n        a block of 100 bytes of any value
///
/// Responses carry no id, so they are paired in order. A message without a query ends as soon as it is sent. The
/// protocol has no error reply: a failed query closes its client.
ProtocolInfo info();

} // namespace proximux::scpi
