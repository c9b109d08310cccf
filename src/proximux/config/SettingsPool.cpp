#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

namespace
{

/// The protocols whose targets may speak first.
std::string mayGreet()
{
    return namesOfProtocols(
        [](const ProtocolInfo& each) { return each.mayGreet && each.isShareable() && each.name != AUTO; }, " and ");
}

std::vector<Setting> connecting()
{
    return {
        now(row("pool.connections", "", integer<std::size_t>(1, 100000, FIELD(std::size_t, pool.connections)),
                {"", "Number of target connections; must equal the sum over all targets (the default)",
                 "It is the original's setting; any other number than the sum of target.N.connections is a mistake. "
                 "In the environment it also limits which of the original's target variables are read. "
                 "Example: PROXY_CONNECTIONS_CNT=2 ignores TARGET_HOST_3."},
                {"PROXY_CONNECTIONS_CNT", "proxyConnectionsCount"})),
        now(row("pool.warmup", "0", boolean(FIELD(bool, pool.warmup)),
                {"fifo, funnel", "Open all target connections before listening",
                 "The first requests then need not wait for a connection. "
                 "A target that is down does not stop the start: it is tried again with back-off. "
                 "Example: pool.warmup = 1 for targets that are slow to accept."},
                {"", "warmup"})),
        now(row("pool.connect_timeout", "5s",
                duration(MS, Duration::seconds(600), Off::no, FIELD(Duration, pool.connectTimeout)),
                {"", "Time limit for connecting, over all addresses of a target; in proxy mode over all targets",
                 "At the limit the target counts as failed and is passed over for the back-off. "
                 "While every target fails, requests and new clients wait this long, then they fail. "
                 "Lower it in a local network, for example pool.connect_timeout = 500ms."})),
        now(row("pool.connect_delay", "0s",
                duration(Duration{0}, Duration::seconds(600), Off::no, FIELD(Duration, pool.connectDelay)),
                {"fifo, funnel", "Delay between connecting and the first byte sent",
                 "Some devices accept a connection before they are ready to read. "
                 "The delay also finds a target that accepts and then resets connections beyond its limit, before a "
                 "request is lost. "
                 "Example: pool.connect_delay = 200ms."})),
        now(row("pool.request_gap", "0s",
                duration(Duration{0}, Duration::seconds(600), Off::no, FIELD(Duration, pool.requestGap)),
                {"fifo, funnel",
                 "Pause after each request and each response, before the next request on that connection",
                 "Some serial gateways and controllers lose requests that follow too fast. "
                 "The pause limits the throughput: 10ms allow at most 100 requests per second on a connection. "
                 "Example: pool.request_gap = 10ms."})),
        now(row(
            "pool.login_retry", "1s",
            duration(MS, Duration::seconds(600), Off::minusOne, FIELD(Duration, pool.loginRetry)),
            {SHARED_USERS, "How long a login that the target has refused is not tried again",
             "Clients with the same user and database get the target's error meanwhile, and the target is left alone. "
             "It does not apply where the user has a connection already. "
             "A reload ends it. "
             "Example: pool.login_retry = 15s for applications that connect again and again."})),
        now(row("pool.switch_delay", "100ms",
                duration(Duration{0}, Duration::seconds(600), Off::no, FIELD(Duration, pool.switchDelay)),
                {SHARED_USERS,
                 "How long a connection of one user must be idle before another user takes it who has some",
                 "It applies with target.N.username = client. "
                 "A user without a connection takes an idle one at once. "
                 "One who has some uses these together instead, until one of another user was idle for this time. "
                 "Example: pool.switch_delay = 1s for few users that pause between requests."})),
        fresh(
            row("pool.statements", "200", integer<std::size_t>(1, 100000, FIELD(std::size_t, pool.statements)),
                {SHARED_USERS, "Prepared statements that a connection keeps",
                 "Clients with the same statement share it, whatever their names for it are. "
                 "Beyond the limit the one that was used last the longest time ago is closed, and prepared again when "
                 "it is wanted. "
                 "Each takes memory of the server. "
                 "Example: pool.statements = 1000 for an application with many statements."})),
        now(row(
            "pool.settle", "auto",
            automaticDuration(Duration{0}, Duration::seconds(600), Off::no,
                              FIELD(std::optional<Duration>, pool.settle)),
            {"fifo, funnel",
             "Silence required before a new connection is used (detects greetings); auto: 10ms with " + mayGreet(),
             "The first request would take a greeting for its response. "
             "A connection on which bytes arrive in this time is closed and counts as a failed attempt; on a serial "
             "line the silence begins anew. "
             "Raise it for a distant target that may greet late, for example pool.settle = 100ms. "
             "With the named protocols auto is 0s, with Modbus RTU and ASCII targets 500ms, since a late response may "
             "come over the next connection. "
             "The tool probe waits for as long, at least for 200 ms."})),
        now(row("pool.max_tied", "auto",
                optionalInteger<std::size_t>(0, 100000, FIELD(std::optional<std::size_t>, pool.maxTied)),
                {"fifo, funnel", "Target connections to which clients may be pinned; auto: all but one",
                 "At the limit a request that needs one waits for exchange.tie_timeout, then it gets an error. "
                 "It may not exceed the number of target connections; see exchange.stateful for a single one. "
                 "Example: pool.max_tied = 2 keeps six of eight connections for everyone else."})),
    };
}

std::vector<Setting> keeping()
{
    return {
        secret(row("pool.prologue", "", escapedText(0, 4096, FIELD(std::string, pool.prologue)),
                   {"fifo, funnel", "Bytes sent on every new target connection before it is used",
                    "Use it for a login or an initial command that the target needs. "
                    "Put the target's reply into pool.prologue_expect, so that no client gets it. "
                    "The value is a secret and is never shown. "
                    "Example: pool.prologue = *CLS\\n."})),
        row("pool.prologue_expect", "", escapedText(0, 4096, FIELD(std::string, pool.prologueExpect)),
            {"fifo, funnel", "Exact reply required to pool.prologue before a connection is used",
             "Any other reply closes the connection, is logged, and counts as a failed attempt. "
             "The protocols resp, memcached, http and auto require it beside a prologue. "
             "Example: pool.prologue_expect = OK\\r\\n."}),
        now(row(
            "pool.inactive_timeout", "-1", duration(MS, DAY, Off::zeroToo, FIELD(Duration, pool.inactiveTimeout)),
            {"", "Close a target connection after this long without traffic; in proxy mode its client, too",
             "In fifo and funnel mode only connections without a request are closed; the next request opens a new "
             "one. "
             "Keep it below the target's own idle timeout, so that no request meets a connection that is just closing. "
             "Example: pool.inactive_timeout = 50s for a web server that closes after 60s."},
            {"PROXY_INACTIVE_TIMEOUT", "proxyInactivityTimeout"})),
        now(row("pool.lifetime", "-1",
                duration(Duration::seconds(1), DAY, Off::zeroToo, FIELD(Duration, pool.lifetime)),
                {"fifo, funnel", "Age at which a target connection is replaced; off: it may have any",
                 "It serves no new request then, and is closed once nothing needs it: a transaction ends first. "
                 "Each connection has up to a tenth less, so that they are not all replaced at once. "
                 "Use it for servers whose connections grow, or behind which load is spread anew. "
                 "Example: pool.lifetime = 1h."})),
        now(row("pool.backoff_min", "100ms", duration(MS, DAY, Off::no, FIELD(Duration, pool.backoffMin)),
                {"", "Initial back-off after a failed target",
                 "The target is not connected again before the back-off ends, while others serve its clients. "
                 "A random part of up to one half is taken off, so that many connections do not return at once. "
                 "Example: pool.backoff_min = 1s spares a device that is slow to restart."})),
        now(row("pool.backoff_max", "10s", duration(MS, DAY, Off::no, FIELD(Duration, pool.backoffMax)),
                {"", "Maximum back-off after failures of a target; the back-off doubles with every failure",
                 "It bounds how late Proximux finds out that a target is back. "
                 "It must be at least pool.backoff_min. "
                 "Example: pool.backoff_max = 1m for a target that is down for hours."})),
    };
}

} // namespace

std::vector<Setting> poolSettings()
{
    std::vector<Setting> all = connecting();
    for (Setting& setting : keeping())
        all.push_back(std::move(setting));
    return all;
}

} // namespace proximux::table
