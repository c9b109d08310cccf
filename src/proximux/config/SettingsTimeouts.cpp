#include <proximux/config/SettingRow.h>

#include <functional>

namespace proximux::table
{

using namespace kinds;

namespace
{

std::vector<Setting> requestTimeouts()
{
    return {
        now(row(
            "exchange.raw_gap", "10ms",
            duration(Duration{0}, Duration::seconds(600), Off::no, FIELD(Duration, exchange.rawGap)),
            {SHARED_USERS, "Silence that ends a response while other clients are waiting",
             "A client that is alone never waits for it. "
             "If the target pauses longer within a response, the remainder is discarded or reaches the next client. "
             "Raise it for such a target, for example exchange.raw_gap = 100ms. "
             "With 0s responses may reach the wrong client; a record at start warns of it."})),
        now(row("exchange.trial_timeout", "5s",
                duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.trialTimeout)),
                {SHARED_USERS, "Time that a trial of a protocol may keep other clients waiting",
                 "Until the target has answered in HTTP or Redis, such requests are tried alone on a connection. "
                 "If others need that connection at the limit, the trial fails and the connection is reset. "
                 "Lower it if clients of several protocols share one connection, for example "
                 "exchange.trial_timeout = 1s."})),
        now(row("exchange.queue_timeout", "30s",
                duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.queueTimeout)),
                {"fifo, funnel", "Maximum wait of a request before it is sent",
                 "At the limit the client gets an error of its protocol, or is closed if there is none. "
                 "While every target fails, the limit is pool.connect_timeout. "
                 "Set it below the timeout of your clients, so that they get the error, for example "
                 "exchange.queue_timeout = 3s."})),
        now(row("exchange.tie_timeout", "5s", duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.tieTimeout)),
                {"fifo, funnel", "Maximum wait of a request that would pin a connection while pool.max_tied is reached",
                 "At the limit the client gets an error of its protocol, or is closed if there is none. "
                 "The log tells what pins the connections, and for how long the oldest is pinned. "
                 "Raise pool.max_tied if it happens often, or wait longer, for example exchange.tie_timeout = 15s."})),
        now(row("exchange.response_timeout", "auto",
                automaticDuration(MS, DAY, Off::minusOne, FIELD(std::optional<Duration>, exchange.responseTimeout)),
                {"fifo, funnel",
                 "Longest wait for a byte; auto: " +
                     defaultsOf(&ProtocolInfo::responseTimeout, std::less<>(), " with ", &values::toText),
                 "At the limit the requests on that connection fail, and the connection is replaced. "
                 "If messages have ids, only the late request fails. "
                 "Blocking commands and subscriptions have no limit. "
                 "Raise it for slow operations, for example exchange.response_timeout = 5m."})),
        now(row("exchange.request_timeout", "30s",
                duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.requestTimeout)),
                {"fifo, funnel", "Maximum pause inside a request larger than exchange.request_buffer",
                 "Such a request streams through a target connection that it has alone. "
                 "For batches of PostgreSQL exchange.tie_idle_timeout counts instead. "
                 "At the limit the client and that target connection are closed. "
                 "Raise it for clients that produce large bodies slowly, for example exchange.request_timeout = 2m."})),
        now(row("exchange.batch_timeout", "10ms",
                duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.batchTimeout)),
                {"fifo, funnel", "Pause within a batch of messages after which those that came are passed on",
                 "A batch in extended queries of PostgreSQL ends with Sync, and is sent when it is whole. "
                 "Few clients leave Sync out and wait for answers; a Flush asks for them at once. "
                 "A batch that was passed on has its connection alone. "
                 "Raise it if batches arrive over slow links, for example exchange.batch_timeout = 100ms."})),
        now(row(
            "exchange.stall_timeout", "5s", duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.stallTimeout)),
            {"fifo, funnel",
             "Total time a slow reader or sender may delay other clients; slow clients of one connection share such a "
             "time",
             "Time counts only while others wait for the connection, and progress does not reset it. "
             "At the limit the slow client is closed. "
             "The time that slow clients of a connection share recovers by one second in four. "
             "Raise it for clients behind slow links, for example exchange.stall_timeout = 20s."})),
    };
}

std::vector<Setting> leavingTimeouts()
{
    return {
        now(row(
            "exchange.abandon_limit", "64K", size(0, GIB, FIELD(std::size_t, exchange.abandonLimit)),
            {"fifo, funnel",
             "Bytes for clients that have left while others wait behind them; at the limit the target connection is "
             "reset",
             "The response to a client that has left must be read before the next one. "
             "At the reset, harmless requests behind it may be sent again; the others fail. "
             "With no other request behind, the connection is reset at once. "
             "Example: exchange.abandon_limit = 1M for a target that is costly to connect."})),
        now(row(
            "exchange.abandon_timeout", "1s",
            duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.abandonTimeout)),
            {"fifo, funnel",
             "Time that others wait behind responses of departed clients; at the limit the target connection is reset",
             "It applies beside exchange.abandon_limit: the limit that is reached first counts. "
             "If messages have ids, others need not wait; the departed request then only stops counting for "
             "exchange.pipeline. "
             "Example: exchange.abandon_timeout = 5s for a target that answers slowly."})),
        now(row("exchange.tie_idle_timeout", "60s",
                duration(MS, DAY, Off::minusOne, FIELD(Duration, exchange.tieIdleTimeout)),
                {"fifo, funnel",
                 "Idle time after which a pinned client is closed as soon as another client waits for a connection",
                 "The client that has been idle longest is closed first, with an error if its protocol has one. "
                 "While no other client waits, a pinned client may be idle for any time. "
                 "Lower it if clients forget transactions, for example exchange.tie_idle_timeout = 10s."})),
        now(row("exchange.discard_timeout", "2s", duration(MS, DAY, Off::no, FIELD(Duration, exchange.discardTimeout)),
                {"fifo, funnel", "Time for which input of a client that is being closed is read and discarded",
                 "Closing at once would reset the connection, and the client might lose the error that tells why. "
                 "At the limit the client is closed. "
                 "Raise it for large uploads over slow links, for example exchange.discard_timeout = 10s."})),
        now(row("exchange.discard_limit", "64K", size(KIB, GIB, FIELD(std::size_t, exchange.discardLimit)),
                {"fifo, funnel", "Bytes of a client that is being closed that are read and discarded",
                 "It applies beside exchange.discard_timeout: the limit that is reached first counts. "
                 "At the limit the connection is reset. "
                 "Example: exchange.discard_limit = 1M if uploads are refused often and clients miss the error."})),
    };
}

} // namespace

std::vector<Setting> timeoutSettings()
{
    std::vector<Setting> all = requestTimeouts();
    for (Setting& setting : leavingTimeouts())
        all.push_back(std::move(setting));
    return all;
}

} // namespace proximux::table
