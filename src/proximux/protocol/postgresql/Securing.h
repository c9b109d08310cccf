#pragma once

#include <proximux/protocol/TlsStart.h>

namespace proximux::postgresql
{

/// The client asks for TLS by a packet before its first one (SSLRequest) and is answered by one byte. What asks for
/// encryption by GSSAPI is answered that there is none.
TlsStarts securing();

} // namespace proximux::postgresql
