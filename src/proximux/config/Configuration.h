#pragma once

#include <proximux/config/AddressRange.h>
#include <proximux/wire/Endpoint.h>
#include <proximux/wire/Instant.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace proximux
{

/// How clients and target connections belong together.
enum class Mode
{
    automatic, ///< by the original's rule; never in a checked configuration
    proxy
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
    std::string file;                                     ///< empty: stdout and stderr
    std::size_t fileSize = std::size_t{10} * 1024 * 1024; ///< bytes after which the file is rotated
    std::size_t fileCount = 5;                            ///< rotated files that are kept
    std::size_t queue = 10000;                            ///< records that may wait to be written
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
    bool keepAlive = false;
    Duration idleTimeout = Duration::off();
    Duration halfCloseTimeout = Duration::seconds(60);
};

struct ExchangeSettings
{
    Mode mode = Mode::proxy;
    std::string protocol = "raw";
    bool funnelAsync = false;
    std::size_t requestBuffer = 65536;  ///< bytes of one client that may wait for its target
    std::size_t responseBuffer = 65536; ///< bytes that may wait for one client
};

struct PoolSettings
{
    std::size_t connections = 0; ///< target connections; the number of targets unless said otherwise
    bool warmup = false;
    Duration connectTimeout = Duration::seconds(5);
    Duration inactiveTimeout = Duration::off();
    Duration backoffMin = Duration::milliseconds(100);
    Duration backoffMax = Duration::seconds(10);
};

struct TargetSettings
{
    Endpoint endpoint;
    bool keepAlive = false;
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
    IoSettings io;
    ShutdownSettings shutdown;
};

} // namespace proximux
