#pragma once

#include <proximux/AddressRange.h>
#include <proximux/AuthSettings.h>
#include <proximux/Endpoint.h>
#include <proximux/Framing.h>
#include <proximux/Instant.h>
#include <proximux/KeepAlive.h>
#include <proximux/TlsSettings.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// How clients are assigned to target connections.
enum class Mode
{
    automatic, ///< by the original's rule; never in a validated configuration
    proxy,     ///< each client has its own target connection
    fifo,      ///< all share one
    funnel     ///< all share several
};

/// "PROXY", as in the log line at start.
const char* toString(Mode mode);

// The defaults are in the table of settings; Configuration() applies them.

struct LogSettings
{
    enum class Format
    {
        automatic, ///< text on a terminal, JSON elsewhere
        json,
        text
    };
    enum class Requests
    {
        automatic, ///< on if exchange.protocol delimits messages
        off,
        on
    };
    enum class Connections
    {
        automatic, ///< on in proxy mode
        off,
        on
    };

    int level{}; ///< 0 none, 1 errors, 2 information, 3 debug
    Format format{};
    std::string file;         ///< empty: stdout and stderr
    std::size_t fileSize{};   ///< bytes after which the file is rotated
    std::size_t fileCount{};  ///< rotated files to keep
    std::size_t queue{};      ///< records buffered for writing
    std::size_t queueBytes{}; ///< bytes of these records
    bool maskAddresses{};
    std::size_t dataLimit{}; ///< bytes of data in a record
    Requests requests{};
    Duration slow = Duration::off(); ///< requests that take so long have a record in any case
    Connections connections{};
};

struct LocalSettings
{
    Endpoint endpoint;                   ///< listening address; port 0: any free port
    std::vector<std::string> otherHosts; ///< on which it listens, too, with the same port
    unsigned pathMode{};                 ///< permissions of a UNIX socket
    std::string pathGroup;               ///< its group, by name or number; empty: that of the process
    bool ipv6Only{};
    int maxConnections{}; ///< 0 and negative: off
    int backlog{};
    SocketOptions socket; ///< of client connections
    Duration idleTimeout;
    Duration halfCloseTimeout;
    bool proxyProtocol{};                ///< clients begin with a PROXY header
    std::vector<AddressRange> proxyFrom; ///< those from there alone; empty: all
    Duration prefaceTimeout;
    std::size_t maxRequests{}; ///< queued requests per client
    std::string password;      ///< resp: password that clients must send; empty: none
    unsigned failedAuth{};     ///< wrong passwords after which a client is closed
    Duration failedAuthDelay;
    Duration loginTimeout;         ///< databases in fifo, funnel: until a client has proven who it is
    std::size_t statementMemory{}; ///< likewise: bytes of prepared statements that a client may have
    LocalTls tls;                  ///< of client connections

    /// All addresses on which it listens.
    [[nodiscard]] std::vector<Endpoint> endpoints() const;

    /// These as in a text: "127.0.0.1:80, [::1]:80".
    [[nodiscard]] std::string toString() const;
};

struct ExchangeSettings
{
    /// How to handle a request that changes the state of its connection.
    enum class Stateful
    {
        automatic, ///< pin if a connection can be spared, else refuse
        tie,       ///< pin its client to a connection until the state ends
        refuse     ///< answer with an error
    };

    /// How requests with a chunked body are sent to an HTTP target.
    enum class HttpChunked
    {
        length, ///< with a Content-Length, if the body can be buffered
        pass    ///< unchanged
    };

    /// Who tells a client of HTTP to send a body after `Expect: 100-continue`.
    enum class HttpExpect
    {
        target, ///< the target, asked with the head alone
        proxy   ///< the proxy, at once
    };

    Mode mode{};
    std::string protocol;
    Framing framing;
    Pairing pairing{};
    bool funnelAsync{};
    std::optional<std::size_t> pipeline;         ///< requests in flight per target connection, if several are possible
    std::optional<std::size_t> idOffset;         ///< fixed, length: byte offset of the id; nothing: no id
    std::optional<std::size_t> responseIdOffset; ///< nothing: as in the requests
    std::optional<std::size_t> responseIdWidth;
    std::optional<ByteOrder> responseIdOrder;
    IdField id; ///< width and order
    Stateful stateful{};
    bool httpConnect{};
    bool mysqlKill{};
    UnknownCommands respUnknown{};
    HttpChunked httpChunked{};
    HttpExpect httpExpect{};
    Duration httpExpectTimeout;
    std::optional<std::size_t> requestBuffer; ///< buffered request bytes per client; nothing: the protocol's default
    std::size_t responseBuffer{};             ///< unsent response bytes per client
    std::size_t totalBuffer{};                ///< buffered request bytes over all clients
    std::size_t maxQueue{};                   ///< queued requests over all clients
    Duration queueTimeout;
    std::optional<Duration> responseTimeout; ///< nothing: the protocol's default
    Duration requestTimeout;
    Duration batchTimeout; ///< pause after which an incomplete batch is passed on
    Duration stallTimeout;
    std::size_t abandonLimit{};
    Duration abandonTimeout;
    Duration tieTimeout;
    Duration discardTimeout;
    std::size_t discardLimit{}; ///< bytes
    std::size_t reserve{};      ///< bytes of each client that are always read
    Duration tieIdleTimeout;
    Duration trialTimeout;
    Duration rawGap;
    bool ignoreUnknownIds{}; ///< responses with an unknown id are discarded; else the connection is closed
    Duration idReuse;
    Duration modbusUnitBackoff;

    /// How responses are matched to requests: as configured, or the protocol's default. Never automatic.
    [[nodiscard]] Pairing pairingInForce() const;

    /// Maximum number of requests in flight per target connection.
    [[nodiscard]] std::size_t pipelineInForce() const;

    /// Maximum silence of a target that owes a response.
    [[nodiscard]] Duration responseTimeoutInForce() const;

    /// Maximum number of buffered request bytes per client.
    [[nodiscard]] std::size_t requestBufferInForce() const;

    /// The framing, including the id fields.
    [[nodiscard]] Framing framingInForce() const;
};

struct PoolSettings
{
    std::size_t connections{}; ///< target connections; by default as many as targets
    bool warmup{};
    Duration connectTimeout;
    Duration inactiveTimeout;
    Duration lifetime; ///< of a target connection
    Duration connectDelay;
    Duration requestGap;
    Duration switchDelay;
    Duration loginRetry;
    std::size_t statements{};           ///< databases: prepared statements that a connection keeps
    std::optional<Duration> settle;     ///< nothing: the protocol's default
    std::optional<std::size_t> maxTied; ///< connections that may be pinned; nothing: all but one
    std::string prologue;               ///< bytes sent on each new connection
    std::string prologueExpect;         ///< exact reply to the prologue
    Duration backoffMin;
    Duration backoffMax;
};

/// Active health checks of targets.
struct CheckSettings
{
    enum class Kind
    {
        automatic, ///< protocol where that is possible, else connect
        connect,   ///< a connection that is opened
        protocol,  ///< a harmless request of the protocol, and its response
        exchange   ///< `request`, and a response that begins with `expect`
    };

    Duration interval; ///< off: there are none
    Kind kind{};
    std::string request; ///< kind exchange; empty: the target speaks first
    std::string expect;  ///< kind exchange; empty: any response will do
    Duration timeout;
    unsigned fall{};                      ///< failures in a row after which a target is down
    unsigned rise{};                      ///< successes in a row after which it is up again
    std::optional<Duration> downInterval; ///< nothing: the back-off, at most the interval
    bool lazy{};                          ///< fifo, funnel: responses to clients count as checks

    [[nodiscard]] bool isOn() const { return !interval.isOff(); }
};

/// Its initial values equal the defaults of the table, so that a list of targets can be resized.
struct TargetSettings
{
    /// The header of the PROXY protocol that its connections begin with.
    enum class ProxyProtocol
    {
        off,
        v1,
        v2
    };

    Endpoint endpoint;
    SocketOptions socket;        ///< of target connections
    std::size_t connections = 1; ///< in funnel mode
    std::string username;        ///< resp, postgresql
    std::string password;
    unsigned database = 0;
    TargetTls tls;
    ProxyProtocol proxyProtocol = ProxyProtocol::off;
    unsigned proxyExtensions = 0; ///< a sum of ProxyExtension::bit(), in version 2

    /// Whether each client signs in as itself.
    [[nodiscard]] bool isOwnLogin() const { return username == "client"; }

    /// Whether all sign in with this login.
    [[nodiscard]] bool hasLogin() const { return !username.empty() && !isOwnLogin(); }
};

/// A program that decides on each client.
struct AccessHookSettings
{
    std::string path; ///< of its UNIX socket; empty: there is none
    Duration timeout;
    bool admits{}; ///< what becomes of clients when it does not answer
};

struct AccessSettings
{
    std::vector<AddressRange> deny;
    std::vector<AddressRange> allow; ///< empty: all that are not denied
    std::vector<std::uint32_t> uids; ///< of clients of a UNIX socket, to which the others do not apply; empty: all
    AccessHookSettings hook{};
};

struct IoSettings
{
    enum class Backend
    {
        automatic,
        epoll,
        poll
    };

    Backend backend{};
    std::size_t threads{};
    std::size_t readSize{}; ///< bytes read from one peer before others get their turn
    std::size_t resolverThreads{};
};

/// How often something may happen.
struct Rate
{
    std::int64_t events{}; ///< 0: as often as it comes
    Duration period;       ///< of so many events

    [[nodiscard]] bool isOff() const { return events == 0; }

    /// From one to the next; 0: off.
    [[nodiscard]] Duration interval() const { return {isOff() ? 0 : std::max<std::int64_t>(period.us / events, 1)}; }
};

inline bool operator==(const Rate& a, const Rate& b)
{
    return a.events == b.events && a.period == b.period;
}

/// Limits of what one client, or all clients of an address, may cause.
struct LimitsSettings
{
    /// How a client beyond the limits of its address is closed.
    enum class Action
    {
        close, ///< by FIN
        reset
    };

    std::int64_t reconnects{};                   ///< new target connections of a client per second; 0: unlimited
    std::size_t connections{};                   ///< of an address at the same time; 0: unlimited
    Rate connectionRate;                         ///< new connections of an address
    std::optional<std::int64_t> connectionBurst; ///< of these, how many at once; nothing: as many as in the rate
    unsigned prefix4{};                          ///< bits by which IPv4 addresses are told apart
    unsigned prefix6{};
    std::vector<AddressRange> exempt; ///< addresses without limits
    std::size_t table{};              ///< addresses that are remembered
    Action action{};

    std::size_t memory{}; ///< bytes of the process above which no client is admitted; 0: unlimited
    Rate requestRate;     ///< requests of an address; fifo, funnel

    /// Whether addresses have limits.
    [[nodiscard]] bool areForAddresses() const
    {
        return connections > 0 || !connectionRate.isOff() || !requestRate.isOff();
    }
};

struct ShutdownSettings
{
    Duration delay; ///< clients are accepted for so long after a drain was asked for
    Duration drainTimeout;
    Duration firstRequestTimeout;
};

/// The admin port: health, status and commands.
struct AdminSettings
{
    /// Who may give commands that change something.
    enum class Commands
    {
        none,
        socket, ///< who may open the UNIX socket
        all     ///< those, and over TCP who knows the token
    };

    static constexpr std::size_t MAX_CONNECTIONS = 64; ///< at once; beyond, the oldest idle one is closed

    std::vector<Endpoint> listen;     ///< numeric or local; port 0: any free port; empty: there is none
    std::vector<AddressRange> access; ///< who may connect over TCP
    Commands commands{};
    std::string token;     ///< that of the file, if there is one
    std::string tokenFile; ///< where the token was read from; empty: no file
    unsigned pathMode{};   ///< permissions of the UNIX socket
    Duration liveTimeout;
    std::size_t readyTargets{};
};

/// A program in Lua that hears of clients and requests; the program runs it, the library does not.
struct ScriptSettings
{
    std::string file;     ///< empty: there is none
    std::string output;   ///< the file to which it writes; empty: none
    int instructions{};   ///< of one call
    std::size_t memory{}; ///< bytes, of all that it keeps
};

/// All settings, validated. Immutable; shared by shared_ptr<const Configuration>.
///
/// A hand-made one must set exchange.mode (automatic by default), local.endpoint and targets.
struct Configuration
{
    /// Applies the defaults of the table.
    Configuration();

    LogSettings log;
    LocalSettings local;
    AuthSettings auth;
    ExchangeSettings exchange;
    PoolSettings pool;
    CheckSettings check;
    std::vector<TargetSettings> targets;
    AccessSettings access;
    LimitsSettings limits;
    IoSettings io;
    ShutdownSettings shutdown;
    AdminSettings admin;
    ScriptSettings script;
    TlsFileSettings tls;
    std::string service; ///< its name, where a process has several: in log records and metrics; empty: it has none

    /// Number of target connections in fifo and funnel.
    [[nodiscard]] std::size_t sharedConnections() const;

    /// How many of these may be pinned to a client at once.
    [[nodiscard]] std::size_t maxTied() const;
};

} // namespace proximux
