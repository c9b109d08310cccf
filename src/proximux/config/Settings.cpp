#include <proximux/config/Settings.h>

#include <proximux/config/SettingKinds.h>
#include <proximux/config/Values.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace proximux
{

using namespace kinds;

namespace
{

/// Fifo and funnel are known, so that they are refused for what they are.
Kind mode()
{
    Kind kind = choice<Mode>({{"auto", Mode::automatic}, {"proxy", Mode::proxy}},
                             [](Configuration& c, std::size_t) -> Mode& { return c.exchange.mode; });
    return {kind.expected, [store = kind.store](const std::string& value, Configuration& c, std::size_t i)
            {
                if (value == "fifo" || value == "funnel")
                    return value + " mode is not available in this version";
                return store(value, c, i);
            }};
}

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
constexpr Duration MS = Duration::milliseconds(1);
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
        row("log.file", "", text("a path", FIELD(std::string, log.file)),
            "write to this file instead of stdout and stderr"),
        row("log.file_size", "10M", size(4 * KIB, 1024 * MIB, FIELD(std::size_t, log.fileSize)),
            "size at which log.file is rotated"),
        row("log.file_count", "5", integer<std::size_t>(0, 1000, FIELD(std::size_t, log.fileCount)),
            "rotated files that are kept"),
        row("log.queue", "10000", integer<std::size_t>(10, 1000000, FIELD(std::size_t, log.queue)),
            "records that may wait to be written; what is beyond is counted and dropped"),
        row("log.mask_addresses", "1", boolean(FIELD(bool, log.maskAddresses)), "hide part of each address in the log"),
        row("log.data_limit", "1K", size(16, MIB, FIELD(std::size_t, log.dataLimit)),
            "data shown in one record, in bytes"),
        row("log.requests", "auto",
            choice<Requests>({{"auto", Requests::automatic}, {"0", Requests::off}, {"1", Requests::on}},
                             FIELD(Requests, log.requests)),
            "a record for each request; auto: where exchange.protocol knows the messages"),
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
        row("local.keep_alive", "0", boolean(FIELD(bool, local.keepAlive)), "SO_KEEPALIVE on client connections"),
        row("local.idle_timeout", "-1", duration(MS, DAY, Off::zeroToo, FIELD(Duration, local.idleTimeout)),
            "close a client from and to whom no byte passed for so long"),
        row("local.half_close_timeout", "60s",
            duration(MS, DAY, Off::minusOne, FIELD(Duration, local.halfCloseTimeout)),
            "close a pair of which one side has ended and the other was silent for so long"),
    };
}

std::vector<Setting> exchangeSettings()
{
    return {
        row("exchange.mode", "auto", mode(),
            "auto: proxy where there are as many target connections as local.max_connections", {"", "", "--mode"}),
        row("exchange.protocol", "raw", protocol(FIELD(std::string, exchange.protocol)),
            "what passes; in proxy mode it is watched, never changed", {"", "", "--protocol"}),
        row("exchange.funnel_async", "0", boolean(FIELD(bool, exchange.funnelAsync)), "no effect in proxy mode",
            {"EXCHANGE_FUNNEL_ASYNC", "exchangeFunnelAsync"}),
        row("exchange.request_buffer", "64K", size(KIB, 16 * MIB, FIELD(std::size_t, exchange.requestBuffer)),
            "bytes of one client that may wait for its target"),
        row("exchange.response_buffer", "64K", size(KIB, 16 * MIB, FIELD(std::size_t, exchange.responseBuffer)),
            "bytes that may wait for one client"),
    };
}

std::vector<Setting> poolSettings()
{
    return {
        row("pool.connections", "", integer<std::size_t>(1, 100000, FIELD(std::size_t, pool.connections)),
            "number of target connections; default: the number of targets, which it must equal",
            {"PROXY_CONNECTIONS_CNT", "proxyConnectionsCount"}),
        row("pool.warmup", "0", boolean(FIELD(bool, pool.warmup)), "no effect in proxy mode", {"", "warmup"}),
        row("pool.connect_timeout", "5s",
            duration(MS, Duration::seconds(600), Off::no, FIELD(Duration, pool.connectTimeout)),
            "time to connect a client, over all addresses of a target and all targets"),
        row("pool.inactive_timeout", "-1", duration(MS, DAY, Off::zeroToo, FIELD(Duration, pool.inactiveTimeout)),
            "close a target connection, and its client, without traffic for so long",
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
        row("target.N.keep_alive", "0", boolean(FIELD(bool, targets[i].keepAlive)), "SO_KEEPALIVE on its connections",
            {"TARGET_CONN_N_KEEP_ALIVE", "targetServers[N-1].keepAlive"}),
    };
}

std::vector<Setting> otherSettings()
{
    using Backend = IoSettings::Backend;
    using Ranges = std::vector<AddressRange>;
    return {
        row("access.deny", "", ranges(FIELD(Ranges, access.deny)), "clients from here are refused"),
        row("access.allow", "", ranges(FIELD(Ranges, access.allow)), "if set, clients from elsewhere are refused"),
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
    for (auto part :
         {localSettings(), targetSettings(), exchangeSettings(), poolSettings(), logSettings(), otherSettings()})
        for (Setting& setting : part)
            table.push_back(std::move(setting));
    return table;
}

std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> line(b.size() + 1);
    std::iota(line.begin(), line.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i)
    {
        std::size_t diagonal = line[0];
        line[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j)
        {
            const std::size_t above = line[j];
            line[j] = std::min({above + 1, line[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return line[b.size()];
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

std::string nearestKey(std::string_view key)
{
    const auto nearest = std::min_element(settings().begin(), settings().end(),
                                          [key](const Setting& a, const Setting& b)
                                          { return distance(a.key, key) < distance(b.key, key); });
    return nearest->key;
}

bool isSection(std::string_view name)
{
    return std::any_of(settings().begin(), settings().end(),
                       [name](const Setting& setting) { return setting.section() == name; });
}

} // namespace proximux
