#pragma once

#include <proximux/protocol/ProtocolInfo.h>
#include <proximux/protocol/watch/FramedWatcher.h>

namespace proximux
{

/// The entry of a protocol that delimits messages with framers; a FramedWatcher observes it.
template <std::unique_ptr<Protocol> (*MAKE)(const Framing&)>
ProtocolInfo delimitedProtocol(std::string_view name, std::string_view summary)
{
    ProtocolInfo info;
    info.name = name;
    info.summary = summary;
    info.delimited = true;
    info.make = MAKE;
    info.makeWatcher = [](const Framing& framing, WatchListener& listener,
                          const WatchLimits& limits) -> std::unique_ptr<Watcher>
    { return std::make_unique<FramedWatcher>(MAKE(framing), listener, limits); };
    return info;
}

/// Makes a protocol without settings.
template <class P>
std::unique_ptr<Protocol> makeProtocol(const Framing&)
{
    return std::make_unique<P>();
}

} // namespace proximux
