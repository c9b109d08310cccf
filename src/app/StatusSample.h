#pragma once

#include <proximux/Histogram.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// What a tool shows of /status.json.
struct StatusSample
{
    struct Target
    {
        std::string name; ///< "1: db.example:5432"
        std::string state;
        std::string connections; ///< "2 idle, 1 pinned"
        std::optional<Duration> retryIn;
        std::string lastError; ///< with its time
    };

    struct Lane
    {
        std::string connection;
        std::string target;
        std::string state;
        std::string inFlight;
        std::string client; ///< "7 at 10.0.0.1:4711"
        std::string pinned; ///< the reasons
        std::optional<Duration> pinnedFor;
    };

    std::string version;
    std::string phase;
    bool paused = false;
    std::string listen;
    std::string mode;
    std::string protocol;
    Duration uptime;
    std::uint64_t clients = 0;
    std::int64_t maxClients = 0; ///< 0 or less: no limit
    std::uint64_t accepted = 0;
    std::uint64_t silentThreads = 0;
    std::uint64_t queued = 0;
    Duration oldestWait;
    std::uint64_t requests = 0; ///< that ended, since the start
    std::uint64_t errors = 0;   ///< requests, and clients without a target
    std::uint64_t bytesIn = 0;
    std::uint64_t bytesOut = 0;
    Histogram<std::uint64_t> responses; ///< how long they took
    std::vector<Target> targets;
    std::vector<Lane> lanes;

    /// Nothing, if the text is not such an object. What is missing in it stays 0.
    static std::optional<StatusSample> parse(const std::string& json);
};

/// What has happened between two samples.
struct StatusTrend
{
    Duration span;
    double requests = 0; ///< a second
    double bytesIn = 0;  ///< likewise
    double bytesOut = 0; ///< likewise
    std::uint64_t errors = 0;
    std::optional<Duration> median; ///< of the responses; nothing: there were none
    std::optional<Duration> p99;

    StatusTrend(const StatusSample& from, const StatusSample& to);
};

/// The samples of the last minute.
class StatusHistory
{
public:
    static constexpr Duration KEPT = Duration::seconds(60);

    /// Forgets what is older than a minute before this one, and all if another process has answered.
    void add(StatusSample sample);

    /// There is at least one sample.
    [[nodiscard]] const StatusSample& latest() const { return _samples.back(); }

    /// Since the sample before the last one; of the first one: since the start of the proxy.
    [[nodiscard]] StatusTrend now() const;

    /// Since the oldest one that is kept; of the first one: since the start of the proxy.
    [[nodiscard]] StatusTrend minute() const;

private:
    std::deque<StatusSample> _samples;
};

} // namespace proximux
