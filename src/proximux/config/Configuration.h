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

// The defaults stand in the table of settings: Configuration() takes them from there.

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

    int level{}; ///< 0 none, 1 errors, 2 information, 3 debug
    Format format{};
    std::string file;         ///< empty: stdout and stderr
    std::size_t fileSize{};   ///< bytes after which the file is rotated
    std::size_t fileCount{};  ///< rotated files that are kept
    std::size_t queue{};      ///< records that may wait to be written
    std::size_t queueBytes{}; ///< bytes of them
    bool maskAddresses{};
    std::size_t dataLimit{}; ///< bytes of data in a record
    Requests requests{};
};

struct LocalSettings
{
    Endpoint endpoint; ///< where to listen; port 0: any free one
    bool ipv6Only{};
    int maxConnections{}; ///< 0 and negative: off
    int backlog{};
    SocketOptions socket; ///< of its connections
    Duration idleTimeout;
    Duration halfCloseTimeout;
    std::size_t maxRequests{}; ///< of one client, in line
    std::string password;      ///< resp: what clients must give; empty: nothing
    unsigned failedAuth{};     ///< wrong passwords after which a client is closed
    Duration failedAuthDelay;
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

    Mode mode{};
    std::string protocol;
    Framing framing;
    Pairing pairing{};
    bool funnelAsync{};
    std::optional<std::size_t> pipeline; ///< requests in flight on one target connection, where there may be several
    std::optional<std::size_t> idOffset; ///< fixed, length: where an id stands; nothing: there is none
    std::optional<std::size_t> responseIdOffset; ///< nothing: as in the requests
    std::optional<std::size_t> responseIdWidth;
    std::optional<ByteOrder> responseIdOrder;
    IdField id; ///< width and order
    Stateful stateful{};
    bool httpConnect{};
    UnknownCommands respUnknown{};
    HttpChunked httpChunked{};
    std::size_t requestBuffer{};  ///< bytes of one client that may wait for its target
    std::size_t responseBuffer{}; ///< bytes that may wait for one client
    std::size_t totalBuffer{};    ///< bytes of all clients that may wait for their targets
    std::size_t maxQueue{};       ///< requests in line
    Duration queueTimeout;
    std::optional<Duration> responseTimeout; ///< nothing: what suits the protocol
    Duration requestTimeout;
    Duration stallTimeout;
    std::size_t abandonLimit{};
    Duration abandonTimeout;
    Duration tieTimeout;
    Duration discardTimeout;
    std::size_t discardLimit{}; ///< bytes
    std::size_t reserve{};      ///< bytes of each client that are read in any case
    Duration tieIdleTimeout;
    Duration trialTimeout;
    Duration rawGap;
    bool ignoreUnknownIds{}; ///< what answers nothing is thrown away, its connection stays
    Duration idReuse;
    Duration modbusUnitBackoff;

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
    std::size_t connections{}; ///< target connections; the number of targets unless said otherwise
    bool warmup{};
    Duration connectTimeout;
    Duration inactiveTimeout;
    Duration connectDelay;
    Duration requestGap;
    std::optional<Duration> settle;     ///< nothing: what suits the protocol
    std::optional<std::size_t> maxTied; ///< connections that clients may have alone; nothing: all but one
    std::string prologue;               ///< said on each new connection
    std::string prologueExpect;         ///< what must come back
    Duration backoffMin;
    Duration backoffMax;
};

/// It has the defaults of the table by itself, so that a list of targets can grow.
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

    Backend backend{};
    std::size_t threads{};
    std::size_t readSize{}; ///< bytes read from one peer before the next has its turn
    std::size_t resolverThreads{};
};

/// What one client may cause.
struct LimitsSettings
{
    std::int64_t reconnects{}; ///< of target connections, in a second; 0: any number
};

struct ShutdownSettings
{
    Duration drainTimeout;
};

/// Every setting, checked. Immutable once it was made; sessions share it by shared_ptr<const Configuration>.
///
/// One that is made by hand needs an exchange.mode, which is `automatic` by default, local.endpoint and targets.
struct Configuration
{
    /// The defaults of the table.
    Configuration();

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
