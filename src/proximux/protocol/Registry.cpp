#include <proximux/protocol/Registry.h>

#include <proximux/protocol/Dns.h>
#include <proximux/protocol/FramedWatcher.h>
#include <proximux/protocol/Generic.h>
#include <proximux/protocol/Http.h>
#include <proximux/protocol/Memcached.h>
#include <proximux/protocol/Modbus.h>
#include <proximux/protocol/MysqlWatcher.h>
#include <proximux/protocol/Postgresql.h>
#include <proximux/protocol/Resp.h>
#include <proximux/protocol/TurnWatcher.h>

namespace proximux
{

namespace
{

template <class W>
std::unique_ptr<Watcher> watch(const Framing&, WatchListener& listener, const WatchLimits& limits)
{
    return std::make_unique<W>(listener, limits);
}

/// Makes the watcher of a protocol that can also be shared.
template <std::unique_ptr<Protocol> (*MAKE)(const Framing&)>
std::unique_ptr<Watcher> watchFrames(const Framing& framing, WatchListener& listener, const WatchLimits& limits)
{
    return std::make_unique<FramedWatcher>(MAKE(framing), listener, limits);
}

/// A protocol declared by settings.
template <std::unique_ptr<Protocol> (*MAKE)(const Framing&)>
ProtocolInfo declared(std::string_view name, std::string_view summary)
{
    return {name, summary, true, watchFrames<MAKE>, MAKE, Pairing::automatic, 128, Duration::seconds(30), true, true};
}

/// A well-known protocol.
template <std::unique_ptr<Protocol> (*MAKE)(const Framing&)>
ProtocolInfo named(std::string_view name, std::string_view summary, Pairing pairing, std::size_t pipeline,
                   Duration responseTimeout = Duration::seconds(30))
{
    const bool inOrder = pairing != Pairing::exclusive;
    return {name, summary, true, watchFrames<MAKE>, MAKE, pairing, pipeline, responseTimeout, inOrder, false};
}

} // namespace

const std::vector<ProtocolInfo>& protocols()
{
    static const std::vector<ProtocolInfo> ALL = {
        {"auto", "fifo, funnel: HTTP or RESP once the target has answered in it, else raw; proxy mode: raw", false,
         watch<TurnWatcher>},
        {"raw", "any bytes; what the client sends until the target answers counts as a request", false,
         watch<TurnWatcher>},
        declared<makeLineProtocol>("line", "messages that end with exchange.delimiter"),
        declared<makeFixedProtocol>("fixed", "messages of exchange.message_size bytes"),
        declared<makeLengthProtocol>("length", "messages that say how long they are: exchange.length_offset and so on"),
        named<makeRespProtocol>("resp", "Redis and what speaks like it", Pairing::order, 1024),
        named<makeMemcachedProtocol>("memcached", "memcached: text, meta and binary", Pairing::order, 1024),
        named<makeHttpProtocol>("http", "HTTP/1.1 and HTTP/1.0", Pairing::exclusive, 1),
        named<makeModbusProtocol>("modbus", "Modbus/TCP", Pairing::identifier, 1, Duration::seconds(2)),
        named<makeDnsProtocol>("dns", "DNS over TCP", Pairing::identifier, 256, Duration::seconds(10)),
        {"mysql", "the client/server protocol of MySQL and MariaDB, without TLS and compression; proxy mode alone",
         true, watch<MysqlWatcher>},
        {"postgresql", "the frontend/backend protocol of PostgreSQL, without TLS; proxy mode alone", true,
         watchFrames<makePostgresqlProtocol>},
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
