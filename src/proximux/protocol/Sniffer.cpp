#include <proximux/protocol/Sniffer.h>

#include <proximux/protocol/Registry.h>

namespace proximux
{

namespace
{

/// Looks for the first record of a TLS handshake.
Sniffed sniffTls(Bytes bytes)
{
    if (bytes.size() < 2)
        return {Sniffed::Kind::more};
    if (bytes[1] != '\3')
        return {Sniffed::Kind::raw};
    return {Sniffed::Kind::unsupported, nullptr, "TLS (not supported)"};
}

} // namespace

Sniffed sniff(Bytes bytes)
{
    if (bytes.empty())
        return {Sniffed::Kind::more};
    if (bytes.front() == '\x16')
        return sniffTls(bytes);
    Sniffed found;
    for (const ProtocolInfo* each : choicesOfAuto())
    {
        const auto result = each->isDetected() ? each->detection.look(bytes) : Detection::Result::no;
        if (result == Detection::Result::yes)
            return {Sniffed::Kind::known, each};
        if (result == Detection::Result::unsupported)
            return {Sniffed::Kind::unsupported, each, each->detection.unsupported};
        if (result == Detection::Result::more)
            found.kind = Sniffed::Kind::more;
    }
    return found;
}

} // namespace proximux
