#pragma once

#include <proximux/wire/Bytes.h>

namespace proximux
{

/// What the first bytes of a client say about its protocol.
enum class Sniffed
{
    more,  ///< it may become one of those below
    raw,   ///< none that is known
    http,  ///< the first line of a request
    resp,  ///< the name of a command
    http2, ///< known, and of no use here
    tls    ///< likewise
};

/// exchange.protocol = auto.
Sniffed sniff(Bytes bytes);

} // namespace proximux
