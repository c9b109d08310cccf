#pragma once

#include <proximux/protocol/TlsStart.h>

namespace proximux::mysql
{

/// The server's greeting tells whether it has TLS. The client asks for it by the beginning of its login, sent as a
/// packet of its own; the login itself follows inside of TLS.
///
///     server          client
///     greeting 0  -->
///                 <-- request for TLS 1: the first 32 bytes of the login
///                 === TLS ===
///                 <-- login 2
///     answers 3.. -->
///
/// The request repeats what the login of the client says of its abilities, so it is made when that comes. Of a client
/// in clear text the login has the number 1, and each packet until the end of the login is renumbered for it.
TlsStarts securing();

} // namespace proximux::mysql
