#include <proximux/protocol/Registry.h>

#include <proximux/protocol/declared/Generic.h>
#include <proximux/protocol/dns/Dns.h>
#include <proximux/protocol/http/Http.h>
#include <proximux/protocol/memcached/Memcached.h>
#include <proximux/protocol/modbus/Modbus.h>
#include <proximux/protocol/mysql/MysqlWatcher.h>
#include <proximux/protocol/postgresql/Postgresql.h>
#include <proximux/protocol/resp/Resp.h>
#include <proximux/protocol/watch/FramedWatcher.h>
#include <proximux/protocol/watch/TurnWatcher.h>

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
        {"auto", "fifo, funnel: detects HTTP and RESP by the target's response, otherwise raw; proxy mode: raw", false,
         watch<TurnWatcher>},
        {"raw", "any bytes; a request is what the client sends until the target responds", false, watch<TurnWatcher>},
        declared<makeLineProtocol>("line", "messages that end with exchange.delimiter"),
        declared<makeFixedProtocol>("fixed", "messages of exchange.message_size bytes"),
        declared<makeLengthProtocol>("length", "messages with a length field (exchange.length_offset, ...)"),
        named<makeRespProtocol>("resp", "Redis and compatible servers", Pairing::order, 1024),
        named<makeMemcachedProtocol>("memcached", "memcached: text, meta and binary", Pairing::order, 1024),
        named<makeHttpProtocol>("http", "HTTP/1.1 and HTTP/1.0", Pairing::exclusive, 1),
        named<makeModbusProtocol>("modbus", "Modbus/TCP", Pairing::identifier, 1, Duration::seconds(2)),
        named<makeDnsProtocol>("dns", "DNS over TCP", Pairing::identifier, 256, Duration::seconds(10)),
        {"mysql", "the client/server protocol of MySQL and MariaDB, without TLS and compression; proxy mode only", true,
         watch<MysqlWatcher>},
        {"postgresql", "the frontend/backend protocol of PostgreSQL, without TLS; proxy mode only", true,
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
