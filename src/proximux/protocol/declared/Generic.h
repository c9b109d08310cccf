#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux
{

// The protocols that are declared by settings only.

ProtocolInfo lineProtocol();
ProtocolInfo fixedProtocol();
ProtocolInfo lengthProtocol();

} // namespace proximux
