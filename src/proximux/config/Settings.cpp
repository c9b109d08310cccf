#include <proximux/config/Settings.h>

#include <proximux/config/SettingKinds.h>
#include <proximux/config/Values.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace proximux
{

using namespace kinds;

namespace
{

struct Names
{
    const char* environment = "";
    const char* json = "";
    const char* option = "";
};

Setting row(const char* key, const char* fallback, Kind kind, const char* help, const Names& names = {})
{
    Setting setting;
    setting.key = key;
    setting.fallback = fallback;
    setting.expected = std::move(kind.expected);
    setting.store = std::move(kind.store);
    setting.help = help;
    setting.environment = names.environment;
    setting.json = names.json;
    setting.option = names.option;
    return setting;
}

/// Its value is never shown.
Setting secret(Setting setting)
{
    setting.secret = true;
    return setting;
}

/// Where it is given without a value, that is a mistake.
Setting guard(Setting setting)
{
    setting.guard = true;
    return setting;
}

Setting required(Setting setting)
{
    setting.required = true;
    return setting;
}

// A type and a member can't stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define FIELD(type, expression)                                                                                        \
    [](Configuration& c, [[maybe_unused]] std::size_t i) -> type& { return c.expression; }
// NOLINTEND(bugprone-macro-parentheses)

constexpr std::int64_t KIB = 1024;
constexpr std::int64_t MIB = KIB * KIB;
constexpr std::int64_t GIB = KIB * MIB;
constexpr Duration MS = Duration::milliseconds(1);
constexpr Duration SECOND = Duration::seconds(1);
constexpr Duration DAY = Duration::seconds(86400);

std::vector<Setting> logSettings()
{
    using Format = LogSettings::Format;
    using Requests = LogSettings::Requests;
    return {
        row("log.level", "2", integer<int>(0, 3, FIELD(int, log.level)),
            "0 nothing, 1 errors, 2 information, 3 everything, data included",
            {"LOG_LEVEL", "logLevel", "--log-level"}),
        row("log.format", "auto",
            choice<Format>({{"auto", Format::automatic}, {"json", Format::json}, {"text", Format::text}},
                           FIELD(Format, log.format)),
            "JSON lines or readable text; auto: text on a terminal"),
        row("log.file", "", path(FIELD(std::string, log.file)), "write to this file instead of stdout and stderr"),
        row("log.file_size", "10M", size(4 * KIB, GIB, FIELD(std::size_t, log.fileSize)),
            "size at which log.file is rotated"),
        row("log.file_count", "5", integer<std::size_t>(0, 1000, FIELD(std::size_t, log.fileCount)),
            "rotated files that are kept"),
        row("log.queue", "10000", integer<std::size_t>(10, 1000000, FIELD(std::size_t, log.queue)),
            "Log records that may wait to be written; further ones are counted and dropped"),
        row("log.queue_bytes", "16M", size(64 * KIB, GIB, FIELD(std::size_t, log.queueBytes)),
            "Bytes of log records that may wait to be written; records that find no room are counted and dropped"),
        row("log.mask_addresses", "1", boolean(FIELD(bool, log.maskAddresses)), "hide part of each address in the log"),
        row("log.data_limit", "1K", size(16, MIB, FIELD(std::size_t, log.dataLimit)),
            "data shown in one record, in bytes"),
        row("log.requests", "auto",
            choice<Requests>({{"auto", Requests::automatic}, {"0", Requests::off}, {"1", Requests::on}},
                             FIELD(Requests, log.requests)),
            "a record for each request; auto: in proxy mode, where exchange.protocol knows the messages"),
    };
}

std::vector<Setting> localSettings()
{
    return {
        row("local.host", "localhost", host(FIELD(std::string, local.endpoint.host)), "where to listen",
            {"LOCAL_HOST", "localServerHost", "--listen"}),
        required(row("local.port", "", integer<std::uint16_t>(0, 65535, FIELD(std::uint16_t, local.endpoint.port)),
                     "port to listen on; 0: any free one", {"LOCAL_PORT", "localServerPort", "--listen"})),
        row("local.ipv6_only", "0", boolean(FIELD(bool, local.ipv6Only)), "take IPv6 clients alone",
            {"LOCAL_IPV6_ONLY", "localServerIpv6Only"}),
        row("local.max_connections", "-1",
            anyInteger("a whole number; 0 and negative for off", FIELD(int, local.maxConnections)),
            "clients at once; more are accepted and closed",
            {"LOCAL_MAX_CONNECTIONS", "localServerMaxConnections", "--max-connections"}),
        row("local.backlog", "1024", integer<int>(1, 65535, FIELD(int, local.backlog)),
            "clients that may wait to be accepted"),
        row("local.keep_alive", "60s,10s,6", keepAlive(FIELD(KeepAlive, local.socket.keepAlive)),
            "Probe silent client connections, so that vanished clients are found: after IDLE, every INTERVAL, lost "
            "after "
            "COUNT unanswered probes"),
        row("local.user_timeout", "-1", duration(SECOND, DAY, Off::zeroToo, FIELD(Duration, local.socket.userTimeout)),
            "Close a client that leaves sent data unacknowledged, or its receive window shut, this long "
            "(TCP_USER_TIMEOUT); off: the system's limit, some 15 minutes, which spares slow readers"),
        row("local.idle_timeout", "-1", duration(MS, DAY, Off::zeroToo, FIELD(Duration, local.idleTimeout)),
            "close a client from and to whom no byte passed for so long"),
        row("local.half_close_timeout", "60s",
            duration(MS, DAY, Off::minusOne, FIELD(Duration, local.halfCloseTimeout)),
            "close a pair of which one side has ended and the other was silent for so long"),
        row("local.max_requests", "64", integer<std::size_t>(1, 100000, FIELD(std::size_t, local.maxRequests)),
            "fifo, funnel: requests of one client in line; with as many it is not read"),
        secret(row("local.password", "", text("a password", FIELD(std::string, local.password)),
                   "resp: what clients must give with AUTH; nothing: they need none")),
        row("local.failed_auth", "3", integer<unsigned>(1, 1000000, FIELD(unsigned, local.failedAuth)),
            "resp: wrong passwords after which a client is closed"),
        row("local.failed_auth_delay", "1s",
            duration(Duration{0}, Duration::seconds(60), Off::no, FIELD(Duration, local.failedAuthDelay)),
            "resp: delay of the reply to a wrong password"),
    };
}

std::vector<Setting> exchangeSettings()
{
    using Stateful = ExchangeSettings::Stateful;
    using OptionalSize = std::optional<std::size_t>;
    return {
        row("exchange.mode", "auto",
            choice<Mode>(
                {{"auto", Mode::automatic}, {"proxy", Mode::proxy}, {"fifo", Mode::fifo}, {"funnel", Mode::funnel}},
                FIELD(Mode, exchange.mode)),
            "auto: proxy with as many target connections as local.max_connections, else fifo with one, else funnel",
            {"", "", "--mode"}),
        row("exchange.protocol", "auto", protocol(FIELD(std::string, exchange.protocol)),
            "what passes; in proxy mode it is watched, never changed", {"", "", "--protocol"}),
        row("exchange.pairing", "auto",
            choice<Pairing>({{"auto", Pairing::automatic},
                             {"exclusive", Pairing::exclusive},
                             {"order", Pairing::order},
                             {"identifier", Pairing::identifier}},
                            FIELD(Pairing, exchange.pairing)),
            "exclusive: one request at a time on a target connection; order: several, if the target answers in order; "
            "identifier: several, told apart by an id; auto: as suits the protocol"),
        row("exchange.pipeline", "auto", optionalInteger<std::size_t>(1, 4096, FIELD(OptionalSize, exchange.pipeline)),
            "requests in flight on one target connection, where pairing allows several; auto: as suits the protocol"),
        row("exchange.stateful", "auto",
            choice<Stateful>({{"auto", Stateful::automatic}, {"tie", Stateful::tie}, {"refuse", Stateful::refuse}},
                             FIELD(Stateful, exchange.stateful)),
            "requests that leave a state behind (transactions, subscriptions, upgrades): tie: their client has a "
            "target "
            "connection alone for a time; refuse: they get an error; auto: tie where a connection can be spared"),
        row("exchange.funnel_async", "0", boolean(FIELD(bool, exchange.funnelAsync)),
            "funnel: a target connection takes the next request before it has answered",
            {"EXCHANGE_FUNNEL_ASYNC", "exchangeFunnelAsync"}),
        row("exchange.raw_gap", "10ms",
            duration(Duration{0}, Duration::seconds(600), Off::no, FIELD(Duration, exchange.rawGap)),
            "raw: a response has ended when the target was silent for so long while another client waits"),
        row("exchange.trial_timeout", "5s", duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.trialTimeout)),
            "auto: how long a request of a protocol that the target has not yet spoken may keep others waiting"),
        row("exchange.queue_timeout", "30s", duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.queueTimeout)),
            "fifo, funnel: how long a request may wait to be sent"),
        row("exchange.tie_timeout", "5s", duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.tieTimeout)),
            "fifo, funnel: how long a request may wait to be tied while pool.max_tied clients are"),
        row("exchange.response_timeout", "auto",
            automaticDuration(MS, DAY, Off::minusOne, FIELD(std::optional<Duration>, exchange.responseTimeout)),
            "fifo, funnel: maximum silence of a target that owes a response; auto: 2s with modbus, 10s with dns, else 30s"),
        row("exchange.request_timeout", "30s",
            duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.requestTimeout)),
            "fifo, funnel: how long a client may pause within a request that is larger than exchange.request_buffer"),
        row("exchange.stall_timeout", "5s", duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.stallTimeout)),
            "fifo, funnel: total time a client that reads or sends slowly may hold up others; likewise for all such "
            "clients of one target connection, which recovers"),
        row("exchange.abandon_limit", "64K", size(0, GIB, FIELD(std::size_t, exchange.abandonLimit)),
            "fifo, funnel: bytes for clients that have left that those behind wait for; then their target connection "
            "is reset"),
        row("exchange.abandon_timeout", "1s",
            duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.abandonTimeout)),
            "fifo, funnel: and for how long"),
        row("exchange.tie_idle_timeout", "60s",
            duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.tieIdleTimeout)),
            "fifo, funnel: how long a client that has a target connection alone may be idle; after that it is closed "
            "as soon as another waits for a connection"),
        row("exchange.discard_timeout", "2s", duration(MS, DAY, Off::no, FIELD(Duration, exchange.discardTimeout)),
            "fifo, funnel: how long a client that is being closed, for a malformed request say, may still send; then "
            "it is closed"),
        row("exchange.discard_limit", "64K", size(KIB, GIB, FIELD(std::size_t, exchange.discardLimit)),
            "fifo, funnel: bytes that such a client may still send; they are thrown away"),
        row("exchange.request_buffer", "64K", size(KIB, 16 * MIB, FIELD(std::size_t, exchange.requestBuffer)),
            "bytes of one client that may wait for its target"),
        row("exchange.response_buffer", "64K", size(KIB, 16 * MIB, FIELD(std::size_t, exchange.responseBuffer)),
            "bytes that may wait for one client before its target is not read"),
        row("exchange.total_buffer", "256M", size(MIB, 64 * GIB, FIELD(std::size_t, exchange.totalBuffer)),
            "fifo, funnel: bytes of all clients that may wait for their targets, answers of ours that wait included; "
            "at the "
            "limit clients are read up to exchange.reserve, and the largest requests that are not whole are closed"),
        row("exchange.reserve", "1K", size(64, MIB, FIELD(std::size_t, exchange.reserve)),
            "fifo, funnel: bytes of each client that are kept beside exchange.total_buffer, so that small requests are "
            "always served"),
        row("exchange.max_queue", "10000", integer<std::size_t>(1, 10000000, FIELD(std::size_t, exchange.maxQueue)),
            "fifo, funnel: requests of all clients in line; with as many no client is read"),
    };
}

std::vector<Setting> framingSettings()
{
    using Order = LengthField::Order;
    using Encoding = LengthField::Encoding;
    using HttpChunked = ExchangeSettings::HttpChunked;
    using OptionalSize = std::optional<std::size_t>;
    using OptionalOrder = std::optional<ByteOrder>;
    return {
        row("exchange.max_message", "16M", size(1, GIB, FIELD(std::size_t, exchange.framing.maxMessage)),
            "line, length: bytes of a message; a longer one is refused"),
        row("exchange.delimiter", "\\n", escapedText(1, 64, FIELD(std::string, exchange.framing.delimiter)),
            "line: what a message ends with"),
        row("exchange.message_size", "", size(1, GIB, FIELD(std::size_t, exchange.framing.messageSize)),
            "fixed: bytes of a message"),
        row("exchange.length_offset", "0",
            integer<std::size_t>(0, 256, FIELD(std::size_t, exchange.framing.length.offset)),
            "length: bytes before the length field"),
        row("exchange.length_width", "32", bits(FIELD(std::size_t, exchange.framing.length.width)),
            "length: bits of the length field"),
        row("exchange.length_order", "big",
            choice<Order>({{"big", Order::big}, {"little", Order::little}},
                          FIELD(Order, exchange.framing.length.order)),
            "length: which byte of the field comes first"),
        row("exchange.length_encoding", "binary",
            choice<Encoding>({{"binary", Encoding::binary},
                              {"bcd", Encoding::bcd},
                              {"decimal", Encoding::decimal},
                              {"hexadecimal", Encoding::hexadecimal}},
                             FIELD(Encoding, exchange.framing.length.encoding)),
            "length: how the field is written; decimal and hexadecimal: in ASCII"),
        row("exchange.length_adjust", "0",
            integer<std::int64_t>(-65536, 65536, FIELD(std::int64_t, exchange.framing.length.adjust)),
            "length: added to the field's value, to come to the bytes that follow it"),
        row("exchange.length_min", "0",
            integer<std::uint64_t>(0, GIB, FIELD(std::uint64_t, exchange.framing.length.min)),
            "length: least value of the field that is right"),
        row("exchange.id_offset", "",
            optionalInteger<std::size_t>(0, 256, FIELD(OptionalSize, exchange.idOffset), false),
            "fixed, length: where the id of a request stands that its response repeats; it makes pairing identifier"),
        row("exchange.id_width", "16", bits(FIELD(std::size_t, exchange.id.width)), "fixed, length: bits of the id"),
        row("exchange.id_order", "big",
            choice<Order>({{"big", Order::big}, {"little", Order::little}}, FIELD(Order, exchange.id.order)),
            "fixed, length: which byte of the id comes first"),
        row("exchange.response_id_offset", "auto",
            optionalInteger<std::size_t>(0, 256, FIELD(OptionalSize, exchange.responseIdOffset)),
            "fixed, length: where the id stands in a response; auto: where it does in a request"),
        row("exchange.response_id_width", "auto", optionalBits(FIELD(OptionalSize, exchange.responseIdWidth)),
            "fixed, length: its bits there; auto: as in a request"),
        row("exchange.response_id_order", "auto",
            choice<OptionalOrder>({{"auto", std::nullopt}, {"big", ByteOrder::big}, {"little", ByteOrder::little}},
                                  FIELD(OptionalOrder, exchange.responseIdOrder)),
            "fixed, length: which of its bytes comes first there; auto: as in a request"),
        row("exchange.resp_unknown", "close",
            choice<UnknownCommands>(
                {{"close", UnknownCommands::close}, {"tie", UnknownCommands::tie}, {"pass", UnknownCommands::pass}},
                FIELD(UnknownCommands, exchange.respUnknown)),
            "resp: commands that are unknown to Proximux and have no dot in their name. close: reset the target "
            "connection behind them; tie: give the client a connection of its own; neither where the server does not "
            "know the command either; pass: assume that they change no connection state"),
        row("exchange.unknown_id", "close",
            choice<bool>({{"close", false}, {"ignore", true}}, FIELD(bool, exchange.ignoreUnknownIds)),
            "Response with an id that no request has. close: close the target connection; ignore: discard the response "
            "(for an RS-485 bus whose other traffic the gateway passes on)"),
        row("exchange.id_reuse", "5m",
            duration(Duration{0}, Duration::seconds(3600), Off::no, FIELD(Duration, exchange.idReuse)),
            "How long a late response may take: until then the id of an unanswered request is not used again on any "
            "connection of its target"),
        row("exchange.modbus_unit_backoff", "5s",
            duration(MS, Duration::seconds(3600), Off::minusOne, FIELD(Duration, exchange.modbusUnitBackoff)),
            "modbus: pause after a unit did not answer a function in time; requests for it get exception 11 meanwhile. "
            "It "
            "doubles with each failed trial, up to 16 times"),
        row("exchange.http_connect", "0", boolean(FIELD(bool, exchange.httpConnect)),
            "http: let CONNECT through; whoever can reach us can then reach what the target can reach"),
        row("exchange.http_chunked", "length",
            choice<HttpChunked>({{"length", HttpChunked::length}, {"pass", HttpChunked::pass}},
                                FIELD(HttpChunked, exchange.httpChunked)),
            "http: length: a chunked body of a request is sent with a Content-Length, where it fits into "
            "exchange.request_buffer; pass: as it came. Behind one sent in chunks the target connection is closed"),
    };
}

std::vector<Setting> poolSettings()
{
    return {
        row("pool.connections", "", integer<std::size_t>(1, 100000, FIELD(std::size_t, pool.connections)),
            "number of target connections; default: what the targets have in all, which it must equal",
            {"PROXY_CONNECTIONS_CNT", "proxyConnectionsCount"}),
        row("pool.warmup", "0", boolean(FIELD(bool, pool.warmup)),
            "fifo, funnel: open all target connections before listening", {"", "warmup"}),
        row("pool.connect_timeout", "5s",
            duration(MS, Duration::seconds(600), Off::no, FIELD(Duration, pool.connectTimeout)),
            "time to connect, over all addresses of a target; in proxy mode over all targets"),
        row("pool.connect_delay", "0s",
            duration(Duration{0}, Duration::seconds(600), Off::no, FIELD(Duration, pool.connectDelay)),
            "fifo, funnel: how long a new target connection is left alone before anything is said on it"),
        row("pool.request_gap", "0s",
            duration(Duration{0}, Duration::seconds(600), Off::no, FIELD(Duration, pool.requestGap)),
            "fifo, funnel: how long a target connection is left alone after each request and each response, before the "
            "next request"),
        row("pool.settle", "auto",
            automaticDuration(Duration{0}, Duration::seconds(600), Off::no,
                              FIELD(std::optional<Duration>, pool.settle)),
            "fifo, funnel: a new target connection is used when it was silent for so long; auto: 10ms with raw, line, "
            "fixed and length"),
        row("pool.max_tied", "auto",
            optionalInteger<std::size_t>(0, 100000, FIELD(std::optional<std::size_t>, pool.maxTied)),
            "fifo, funnel: target connections that clients may have alone for a time; auto: all but one"),
        secret(row("pool.prologue", "", escapedText(0, 4096, FIELD(std::string, pool.prologue)),
                   "fifo, funnel: what is said on each new target connection before it is used")),
        row("pool.prologue_expect", "", escapedText(0, 4096, FIELD(std::string, pool.prologueExpect)),
            "fifo, funnel: what the target must say then, to the byte; resp, memcached, http and auto: required beside "
            "a prologue"),
        row("pool.inactive_timeout", "-1", duration(MS, DAY, Off::zeroToo, FIELD(Duration, pool.inactiveTimeout)),
            "close a target connection without traffic for so long; in proxy mode its client, too",
            {"PROXY_INACTIVE_TIMEOUT", "proxyInactivityTimeout"}),
        row("pool.backoff_min", "100ms", duration(MS, DAY, Off::no, FIELD(Duration, pool.backoffMin)),
            "how long a dead target is left alone at first"),
        row("pool.backoff_max", "10s", duration(MS, DAY, Off::no, FIELD(Duration, pool.backoffMax)),
            "and at most: it doubles with each failure"),
    };
}

std::vector<Setting> targetSettings()
{
    return {
        required(row("target.N.host", "", host(FIELD(std::string, targets[i].endpoint.host)),
                     "the target with number N, from 1", {"TARGET_HOST_N", "targetServers[N-1].host", "--target"})),
        required(row("target.N.port", "",
                     integer<std::uint16_t>(1, 65535, FIELD(std::uint16_t, targets[i].endpoint.port)), "its port",
                     {"TARGET_PORT_N", "targetServers[N-1].port", "--target"})),
        row("target.N.keep_alive", "60s,10s,6", keepAlive(FIELD(KeepAlive, targets[i].socket.keepAlive)),
            "Probe silent connections to this target, so that a vanished target is found: as local.keep_alive",
            {"TARGET_CONN_N_KEEP_ALIVE", "targetServers[N-1].keepAlive"}),
        row("target.N.user_timeout", "-1",
            duration(SECOND, DAY, Off::zeroToo, FIELD(Duration, targets[i].socket.userTimeout)),
            "Close a connection to this target on which sent data stays unacknowledged, or the receive window shut, "
            "this "
            "long (TCP_USER_TIMEOUT); off: the system's limit, some 15 minutes"),
        row("target.N.connections", "1", integer<std::size_t>(1, 1000, FIELD(std::size_t, targets[i].connections)),
            "funnel: connections to it"),
        row("target.N.username", "", text("a name", FIELD(std::string, targets[i].username)),
            "resp: with which each new connection is authenticated"),
        secret(row("target.N.password", "", text("a password", FIELD(std::string, targets[i].password)),
                   "resp: likewise")),
        row("target.N.database", "0", integer<unsigned>(0, 65535, FIELD(unsigned, targets[i].database)),
            "resp: the database that each new connection selects"),
    };
}

std::vector<Setting> otherSettings()
{
    using Backend = IoSettings::Backend;
    using Ranges = std::vector<AddressRange>;
    return {
        guard(row("access.deny", "", ranges(FIELD(Ranges, access.deny)),
                  "Address ranges whose clients are refused; ::/0 covers IPv6 only")),
        guard(row("access.allow", "", ranges(FIELD(Ranges, access.allow)),
                  "Address ranges whose clients are admitted, all others are refused; ::/0 covers IPv6 only")),
        row("limits.reconnects", "20", integer<std::int64_t>(0, 1000000, FIELD(std::int64_t, limits.reconnects)),
            "fifo, funnel: how often in a second a client may cause that a target connection is replaced; its requests "
            "wait meanwhile; 0: any number"),
        row("io.backend", "auto",
            choice<Backend>({{"auto", Backend::automatic}, {"epoll", Backend::epoll}, {"poll", Backend::poll}},
                            FIELD(Backend, io.backend)),
            "how to wait for sockets; auto: the best the system has", {"", "", "--io-backend"}),
        row("io.threads", "1", integer<std::size_t>(1, 64, FIELD(std::size_t, io.threads)),
            "threads that serve clients"),
        row("io.read_size", "64K", size(KIB, MIB, FIELD(std::size_t, io.readSize)),
            "bytes read from one peer before the next has its turn"),
        row("io.resolver_threads", "2", integer<std::size_t>(1, 16, FIELD(std::size_t, io.resolverThreads)),
            "names looked up at once"),
        row("shutdown.drain_timeout", "10s",
            duration(Duration{0}, DAY, Off::minusOne, FIELD(Duration, shutdown.drainTimeout)),
            "time for what is under way to end after TERM or INT"),
    };
}

#undef FIELD

std::vector<Setting> makeTable()
{
    std::vector<Setting> table;
    for (auto part : {localSettings(), targetSettings(), exchangeSettings(), framingSettings(), poolSettings(),
                      logSettings(), otherSettings()})
        for (Setting& setting : part)
            table.push_back(std::move(setting));
    return table;
}

} // namespace

std::string Setting::ownEnvironment() const
{
    std::string name = "PROXIMUX_" + key;
    for (char& c : name)
        c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

const std::vector<Setting>& settings()
{
    static const std::vector<Setting> TABLE = makeTable();
    return TABLE;
}

const Setting* findSetting(std::string_view key, std::size_t& number)
{
    number = 0;
    std::string generic(key);
    if (key.substr(0, 7) == "target.")
    {
        const std::size_t dot = key.find('.', 7);
        if (dot == std::string_view::npos)
            return nullptr;
        const std::string_view digits = key.substr(7, dot - 7);
        const auto parsed = values::integer(digits);
        if (!parsed || *parsed < 1 || *parsed > 100000 || std::to_string(*parsed) != digits)
            return nullptr;
        number = static_cast<std::size_t>(*parsed);
        generic = "target.N" + std::string(key.substr(dot));
    }
    for (const Setting& setting : settings())
        if (setting.key == generic)
            return &setting;
    return nullptr;
}

std::string numberedKey(const Setting& setting, std::size_t number)
{
    std::string key = setting.key;
    if (setting.isOfTarget())
        key.replace(7, 1, std::to_string(number));
    return key;
}

bool isSection(std::string_view name)
{
    return std::any_of(settings().begin(), settings().end(),
                       [name](const Setting& setting) { return setting.section() == name; });
}

} // namespace proximux
