#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::declared
{

// The protocols that are declared by settings only.

ProtocolInfo lineInfo();
ProtocolInfo fixedInfo();
ProtocolInfo lengthInfo();

} // namespace proximux::declared
