#include <proximux/protocol/Registry.h>

#include <proximux/protocol/FramedWatcher.h>
#include <proximux/protocol/MysqlWatcher.h>
#include <proximux/protocol/TurnWatcher.h>
#include <proximux/wire/FixedFramer.h>
#include <proximux/wire/LineFramer.h>

namespace proximux
{

namespace
{

template <class W>
std::unique_ptr<Watcher> watch(const Framing&, WatchListener& listener, const WatchLimits& limits)
{
    return std::make_unique<W>(listener, limits);
}

/// For a protocol whose responses come in the order of the requests, one for each.
template <std::unique_ptr<Framer> (*REQUEST)(const Framing&), std::unique_ptr<Framer> (*RESPONSE)(const Framing&)>
std::unique_ptr<Watcher> watchFrames(const Framing& framing, WatchListener& listener, const WatchLimits& limits)
{
    return std::make_unique<FramedWatcher>(REQUEST(framing), RESPONSE(framing), listener, limits);
}

std::unique_ptr<Framer> line(const Framing& framing)
{
    return std::make_unique<LineFramer>(framing.delimiter, framing.maxMessage);
}

std::unique_ptr<Framer> fixed(const Framing& framing)
{
    return std::make_unique<FixedFramer>(framing.messageSize);
}

std::unique_ptr<Framer> length(const Framing& framing)
{
    return std::make_unique<LengthFramer>(framing.length, framing.maxMessage);
}

} // namespace

const std::vector<ProtocolInfo>& protocols()
{
    static const std::vector<ProtocolInfo> ALL = {
        {"raw", "any bytes; what the client sends until the target answers counts as a request", false,
         watch<TurnWatcher>, nullptr, nullptr},
        {"line", "messages that end with exchange.delimiter", true, watchFrames<line, line>, line, line},
        {"fixed", "messages of exchange.message_size bytes", true, watchFrames<fixed, fixed>, fixed, fixed},
        {"length", "messages that say how long they are: exchange.length_offset and so on", true,
         watchFrames<length, length>, length, length},
        {"mysql", "the client/server protocol of MySQL and MariaDB, without TLS and compression; proxy mode alone",
         true, watch<MysqlWatcher>, nullptr, nullptr},
    };
    return ALL;
}

const ProtocolInfo* findProtocol(std::string_view name)
{
    for (const ProtocolInfo& protocol : protocols())
        if (protocol.name == name)
            return &protocol;
    return nullptr;
}

} // namespace proximux
