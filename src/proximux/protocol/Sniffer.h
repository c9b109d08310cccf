#pragma once

#include <proximux/wire/Bytes.h>

namespace proximux
{

/// What the first bytes of a client say about its protocol.
enum class Sniffed
{
    more,  ///< it may become one of those below
    raw,   ///< none that is known
    http,  ///< a whole head of a request
    resp,  ///< a whole command
    http2, ///< known, and of no use here
    tls,   ///< likewise
    broken ///< it is HTTP, but no request that could pass
};

/// exchange.protocol = auto.
Sniffed sniff(Bytes bytes);

} // namespace proximux
