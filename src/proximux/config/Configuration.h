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

/// How clients and target connections belong together.
enum class Mode
{
    automatic, ///< by the original's rule; never in a checked configuration
    proxy,     ///< each client has a target connection of its own
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
        automatic, ///< where exchange.protocol knows the messages
        off,
        on
    };

    int level = 2; ///< 0 none, 1 errors, 2 information, 3 debug
    Format format = Format::automatic;
    std::string file;                                       ///< empty: stdout and stderr
    std::size_t fileSize = std::size_t{10} * 1024 * 1024;   ///< bytes after which the file is rotated
    std::size_t fileCount = 5;                              ///< rotated files that are kept
    std::size_t queue = 10000;                              ///< records that may wait to be written
    std::size_t queueBytes = std::size_t{16} * 1024 * 1024; ///< bytes of them
    bool maskAddresses = true;
    std::size_t dataLimit = 1024; ///< bytes of data in a record
    Requests requests = Requests::automatic;
};

struct LocalSettings
{
    Endpoint endpoint; ///< where to listen; port 0: any free one
    bool ipv6Only = false;
    int maxConnections = -1; ///< 0 and negative: off
    int backlog = 1024;
    SocketOptions socket; ///< of its connections
    Duration idleTimeout = Duration::off();
    Duration halfCloseTimeout = Duration::seconds(60);
    std::size_t maxRequests = 64; ///< of one client, in line
    std::string password;         ///< resp: what clients must give; empty: nothing
    unsigned failedAuth = 3;      ///< wrong passwords after which a client is closed
    Duration failedAuthDelay = Duration::seconds(1);
};

struct ExchangeSettings
{
    /// What becomes of a request that would leave a state behind on its connection.
    enum class Stateful
    {
        automatic, ///< tie where a connection can be spared, else refuse
        tie,       ///< its client has a connection alone as long as the state lasts
        refuse     ///< it gets an error
    };

    /// How requests with a chunked body are sent to an HTTP target.
    enum class HttpChunked
    {
        length, ///< with a Content-Length, if they can be kept
        pass    ///< as they came
    };

    Mode mode = Mode::proxy;
    std::string protocol = "raw";
    Framing framing;
    Pairing pairing = Pairing::automatic;
    bool funnelAsync = false;
    std::optional<std::size_t> pipeline; ///< requests in flight on one target connection, where there may be several
    std::optional<std::size_t> idOffset; ///< fixed, length: where an id stands; nothing: there is none
    std::optional<std::size_t> responseIdOffset; ///< nothing: as in the requests
    std::optional<std::size_t> responseIdWidth;
    std::optional<ByteOrder> responseIdOrder;
    IdField id; ///< width and order
    Stateful stateful = Stateful::automatic;
    bool httpConnect = false;
    UnknownCommands respUnknown = UnknownCommands::close;
    HttpChunked httpChunked = HttpChunked::length;
    std::size_t requestBuffer = 65536;                        ///< bytes of one client that may wait for its target
    std::size_t responseBuffer = 65536;                       ///< bytes that may wait for one client
    std::size_t totalBuffer = std::size_t{256} * 1024 * 1024; ///< bytes of all clients that may wait for their targets
    std::size_t maxQueue = 10000;                             ///< requests in line
    Duration queueTimeout = Duration::seconds(30);
    std::optional<Duration> responseTimeout; ///< nothing: what suits the protocol
    Duration requestTimeout = Duration::seconds(30);
    Duration stallTimeout = Duration::seconds(5);
    std::size_t abandonLimit = 65536;
    Duration abandonTimeout = Duration::seconds(1);
    Duration tieTimeout = Duration::seconds(5);
    Duration discardTimeout = Duration::seconds(2);
    std::size_t discardLimit = 65536; ///< bytes
    std::size_t reserve = 1024;       ///< bytes of each client that are read in any case
    Duration tieIdleTimeout = Duration::seconds(60);
    Duration trialTimeout = Duration::seconds(5);
    Duration rawGap = Duration::milliseconds(10);
    bool ignoreUnknownIds = false; ///< what answers nothing is thrown away, its connection stays
    Duration idReuse = Duration::seconds(300);
    Duration modbusUnitBackoff = Duration::seconds(5);

    /// How responses find their requests: as configured, or as suits the protocol. Never automatic.
    [[nodiscard]] Pairing pairingInForce() const;

    /// Requests that may be in flight on one target connection.
    [[nodiscard]] std::size_t pipelineInForce() const;

    /// How long a target that owes a response may be silent.
    [[nodiscard]] Duration responseTimeoutInForce() const;

    /// The framing, with the ids in it.
    [[nodiscard]] Framing framingInForce() const;
};

struct PoolSettings
{
    std::size_t connections = 0; ///< target connections; the number of targets unless said otherwise
    bool warmup = false;
    Duration connectTimeout = Duration::seconds(5);
    Duration inactiveTimeout = Duration::off();
    Duration connectDelay = Duration{0};
    Duration requestGap = Duration{0};
    std::optional<Duration> settle;     ///< nothing: what suits the protocol
    std::optional<std::size_t> maxTied; ///< connections that clients may have alone; nothing: all but one
    std::string prologue;               ///< said on each new connection
    std::string prologueExpect;         ///< what must come back
    Duration backoffMin = Duration::milliseconds(100);
    Duration backoffMax = Duration::seconds(10);
};

struct TargetSettings
{
    Endpoint endpoint;
    SocketOptions socket;        ///< of its connections
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
    std::size_t readSize = 65536; ///< bytes read from one peer before the next has its turn
    std::size_t resolverThreads = 2;
};

/// What one client may cause.
struct LimitsSettings
{
    std::int64_t reconnects = 20; ///< of target connections, in a second; 0: any number
};

struct ShutdownSettings
{
    Duration drainTimeout = Duration::seconds(10);
};

/// Every setting, checked. Immutable once it was made; sessions share it by shared_ptr<const Configuration>.
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

    /// Target connections in fifo and funnel.
    [[nodiscard]] std::size_t sharedConnections() const;

    /// How many of them clients may have alone.
    [[nodiscard]] std::size_t maxTied() const;
};

} // namespace proximux
