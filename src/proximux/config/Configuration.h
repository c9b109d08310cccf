#pragma once

#include <proximux/config/AddressRange.h>
#include <proximux/protocol/Framing.h>
#include <proximux/protocol/Registry.h>
#include <proximux/wire/Endpoint.h>
#include <proximux/wire/Instant.h>
#include <proximux/wire/KeepAlive.h>

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

    int level = 2; ///< 0 none, 1 errors, 2 information, 3 debug
    Format format = Format::automatic;
    std::string file;                                       ///< empty: stdout and stderr
    std::size_t fileSize = std::size_t{10} * 1024 * 1024;   ///< bytes after which the file is rotated
    std::size_t fileCount = 5;                              ///< rotated files to keep
    std::size_t queue = 10000;                              ///< records buffered for writing
    std::size_t queueBytes = std::size_t{16} * 1024 * 1024; ///< bytes of these records
    bool maskAddresses = true;
    std::size_t dataLimit = 1024; ///< bytes of data in a record
    Requests requests = Requests::automatic;
};

struct LocalSettings
{
    Endpoint endpoint; ///< listening address; port 0: any free port
    bool ipv6Only = false;
    int maxConnections = -1; ///< 0 and negative: off
    int backlog = 1024;
    SocketOptions socket; ///< of target connections
    Duration idleTimeout = Duration::off();
    Duration halfCloseTimeout = Duration::seconds(60);
    std::size_t maxRequests = 64; ///< queued requests per client
    std::string password;         ///< resp: password that clients must send; empty: none
    unsigned failedAuth = 3;      ///< wrong passwords after which a client is closed
    Duration failedAuthDelay = Duration::seconds(1);
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

    Mode mode = Mode::proxy;
    std::string protocol = "raw";
    Framing framing;
    Pairing pairing = Pairing::automatic;
    bool funnelAsync = false;
    std::optional<std::size_t> pipeline;         ///< requests in flight per target connection, if several are possible
    std::optional<std::size_t> idOffset;         ///< fixed, length: byte offset of the id; nothing: no id
    std::optional<std::size_t> responseIdOffset; ///< nothing: as in the requests
    std::optional<std::size_t> responseIdWidth;
    std::optional<ByteOrder> responseIdOrder;
    IdField id; ///< width and order
    Stateful stateful = Stateful::automatic;
    bool httpConnect = false;
    UnknownCommands respUnknown = UnknownCommands::close;
    HttpChunked httpChunked = HttpChunked::length;
    std::size_t requestBuffer = 65536;                        ///< buffered request bytes per client
    std::size_t responseBuffer = 65536;                       ///< unsent response bytes per client
    std::size_t totalBuffer = std::size_t{256} * 1024 * 1024; ///< buffered request bytes over all clients
    std::size_t maxQueue = 10000;                             ///< queued requests over all clients
    Duration queueTimeout = Duration::seconds(30);
    std::optional<Duration> responseTimeout; ///< nothing: the protocol's default
    Duration requestTimeout = Duration::seconds(30);
    Duration stallTimeout = Duration::seconds(5);
    std::size_t abandonLimit = 65536;
    Duration abandonTimeout = Duration::seconds(1);
    Duration tieTimeout = Duration::seconds(5);
    Duration discardTimeout = Duration::seconds(2);
    std::size_t discardLimit = 65536; ///< bytes
    std::size_t reserve = 1024;       ///< bytes of each client that are always read
    Duration tieIdleTimeout = Duration::seconds(60);
    Duration trialTimeout = Duration::seconds(5);
    Duration rawGap = Duration::milliseconds(10);
    bool ignoreUnknownIds = false; ///< responses with an unknown id are discarded; else the connection is closed
    Duration idReuse = Duration::seconds(300);
    Duration modbusUnitBackoff = Duration::seconds(5);

    /// How responses are matched to requests: as configured, or the protocol's default. Never automatic.
    [[nodiscard]] Pairing pairingInForce() const;

    /// Maximum number of requests in flight per target connection.
    [[nodiscard]] std::size_t pipelineInForce() const;

    /// Maximum silence of a target that owes a response.
    [[nodiscard]] Duration responseTimeoutInForce() const;

    /// The framing, including the id fields.
    [[nodiscard]] Framing framingInForce() const;
};

struct PoolSettings
{
    std::size_t connections = 0; ///< target connections; by default as many as targets
    bool warmup = false;
    Duration connectTimeout = Duration::seconds(5);
    Duration inactiveTimeout = Duration::off();
    Duration connectDelay = Duration{0};
    Duration requestGap = Duration{0};
    std::optional<Duration> settle;     ///< nothing: the protocol's default
    std::optional<std::size_t> maxTied; ///< connections that may be pinned; nothing: all but one
    std::string prologue;               ///< bytes sent on each new connection
    std::string prologueExpect;         ///< exact reply to the prologue
    Duration backoffMin = Duration::milliseconds(100);
    Duration backoffMax = Duration::seconds(10);
};

struct TargetSettings
{
    Endpoint endpoint;
    SocketOptions socket;        ///< of target connections
    std::size_t connections = 1; ///< in funnel mode
    std::string username;        ///< resp
    std::string password;
    unsigned database = 0;
};

struct AccessSettings
{
    std::vector<AddressRange> deny;
    std::vector<AddressRange> allow; ///< empty: all that are not denied
};

struct IoSettings
{
    enum class Backend
    {
        automatic,
        epoll,
        poll
    };

    Backend backend = Backend::automatic;
    std::size_t threads = 1;
    std::size_t readSize = 65536; ///< bytes read from one peer before others get their turn
    std::size_t resolverThreads = 2;
};

/// Limits of what one client may cause.
struct LimitsSettings
{
    std::int64_t reconnects = 20; ///< new target connections per second; 0: unlimited
};

struct ShutdownSettings
{
    Duration drainTimeout = Duration::seconds(10);
};

/// All settings, validated. Immutable; shared by shared_ptr<const Configuration>.
struct Configuration
{
    LogSettings log;
    LocalSettings local;
    ExchangeSettings exchange;
    PoolSettings pool;
    std::vector<TargetSettings> targets;
    AccessSettings access;
    LimitsSettings limits;
    IoSettings io;
    ShutdownSettings shutdown;

    /// Number of target connections in fifo and funnel.
    [[nodiscard]] std::size_t sharedConnections() const;

    /// How many of these may be pinned to a client at once.
    [[nodiscard]] std::size_t maxTied() const;
};

} // namespace proximux
