#pragma once

#include <proximux/Framing.h>
#include <proximux/protocol/Protocol.h>

#include <memory>

namespace proximux
{

// The protocols that are declared by settings only.

std::unique_ptr<Protocol> makeLineProtocol(const Framing& framing);
std::unique_ptr<Protocol> makeFixedProtocol(const Framing& framing);
std::unique_ptr<Protocol> makeLengthProtocol(const Framing& framing);

} // namespace proximux
