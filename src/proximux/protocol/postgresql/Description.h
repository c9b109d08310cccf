#pragma once

#include <proximux/Bytes.h>

#include <string>

namespace proximux::postgresql
{

/// A short readable form of a request: its statements without passwords, or the kind of its message.
std::string describe(Bytes request, std::size_t limit);

/// Likewise of a response.
std::string describeResponse(Bytes response, std::size_t limit);

/// Whether a request, which may contain several statements, contains a secret.
bool isSecret(Bytes request);

} // namespace proximux::postgresql
