#pragma once

#include <proximux/Bytes.h>

namespace proximux
{

/// The protocol indicated by a client's first bytes.
enum class Sniffed
{
    more,  ///< undecided: more bytes are needed
    raw,   ///< no known protocol
    http,  ///< the first line of a request
    resp,  ///< the name of a command
    http2, ///< recognized, but not supported
    tls    ///< recognized, but not supported
};

/// Detects the protocol for exchange.protocol = auto.
Sniffed sniff(Bytes bytes);

} // namespace proximux
