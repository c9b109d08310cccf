#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/ProtocolInfo.h>

namespace proximux
{

/// What a client's first bytes indicate.
struct Sniffed
{
    enum class Kind
    {
        more, ///< undecided: more bytes are needed
        raw,  ///< no known protocol
        known,
        unsupported ///< recognized, but not supported
    };

    Kind kind = Kind::raw;
    const ProtocolInfo* protocol = nullptr; ///< the protocol, also of a version that is not supported; null: none
    const char* refusal = "";               ///< unsupported: what it is
};

/// Detects the protocol for exchange.protocol = auto.
Sniffed sniff(Bytes bytes);

} // namespace proximux
