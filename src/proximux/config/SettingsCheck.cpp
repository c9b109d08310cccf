#include <proximux/config/SettingRow.h>
#include <proximux/protocol/Protocol.h>

namespace proximux::table
{

using namespace kinds;

namespace
{

std::vector<Setting> whatIsChecked()
{
    using Kind = CheckSettings::Kind;
    constexpr Duration LEAST = Duration::milliseconds(10);
    return {
        now(row(
            "check.interval", "0", duration(LEAST, DAY, Off::zeroToo, FIELD(Duration, check.interval)),
            {"", "Time between two health checks of a target; 0: no health checks",
             "A target that fails check.fall checks in a row is down: it gets no new connections and requests until "
             "check.rise checks have succeeded. "
             "If all targets are down, the one that went down last is tried all the same. "
             "The time is up to 10 % shorter, by chance, so that targets are not checked all at once. "
             "Example: check.interval = 2s."})),
        now(row(
            "check.kind", "auto",
            choice<Kind>({{"auto", Kind::automatic},
                          {"connect", Kind::connect},
                          {"protocol", Kind::protocol},
                          {"exchange", Kind::exchange}},
                         FIELD(Kind, check.kind)),
            {"",
             "How a target is checked: by connecting, or by a request: one of the protocol, or check.request; auto: "
             "protocol in fifo and funnel if there is one, else connect",
             "A connection that opens shows little: the system accepts it even if the server hangs. "
             "The value protocol sends the request of proximux probe, which nearly all protocols have. "
             "Modbus devices are asked for one register of unit 1: use connect if there is no such unit. "
             "Example: check.kind = connect."})),
        now(row("check.request", "", escapedText(0, 4096, FIELD(std::string, check.request)),
                {"", "Request that a target is sent with check.kind = exchange; empty: the target speaks first",
                 "In fifo and funnel it is one whole request of exchange.protocol. "
                 "Any connection must be able to carry it at any time: it neither logs in nor begins a transaction. "
                 "The escapes \\r, \\n, \\t, \\0, \\\\ and \\xHH stand for bytes. "
                 "Example: check.request = *IDN?\\n."})),
        now(row("check.expect", "", escapedText(0, Protocol::MAX_PROOF, FIELD(std::string, check.expect)),
                {"", "Beginning of the response to check.request; empty: any response",
                 "A target whose response begins otherwise has failed the check. "
                 "Without check.request it is what the target sends at first, such as the greeting of a mail server. "
                 "Example: check.expect = 220 with check.kind = exchange in proxy mode."})),
        now(row("check.timeout", "2s", duration(LEAST, Duration::seconds(600), Off::no, FIELD(Duration, check.timeout)),
                {"", "Time limit of one health check, with connecting",
                 "At the limit the check has failed, and its connection is closed. "
                 "A check that takes longer than check.interval delays the next one. "
                 "Example: check.timeout = 500ms in a local network."})),
    };
}

std::vector<Setting> whatFollows()
{
    return {
        now(row("check.fall", "3", integer<unsigned>(1, 1000, FIELD(unsigned, check.fall)),
                {"", "Failed health checks in a row after which a target is down",
                 "Idle connections to it are closed, requests in progress are still answered. "
                 "A target that dies is so noticed within check.fall times check.interval. "
                 "Example: check.fall = 2."})),
        now(row("check.rise", "2", integer<unsigned>(1, 1000, FIELD(unsigned, check.rise)),
                {"", "Successful health checks in a row after which a target that was down is used again",
                 "Some devices accept connections before they are ready; a higher number waits for them. "
                 "Example: check.rise = 3."})),
        now(row("check.down_interval", "auto",
                automaticDuration(Duration::milliseconds(10), DAY, Off::no,
                                  FIELD(std::optional<Duration>, check.downInterval)),
                {"",
                 "Time between two health checks of a target that is down; auto: as pool.backoff_min and "
                 "pool.backoff_max say, at most check.interval",
                 "With auto a target that was down for a short time is found soon. "
                 "After the first success check.interval applies. "
                 "Example: check.down_interval = 30s for a device that must not be disturbed while it starts."})),
        now(row("check.lazy", "1", boolean(FIELD(bool, check.lazy)),
                {"fifo, funnel", "Check only targets that have answered nothing else for check.interval",
                 "A response to a client shows as much as that to a check, and slow devices are spared. "
                 "With 0 a target is checked whenever it has an idle connection. "
                 "Example: check.lazy = 0."})),
    };
}

} // namespace

std::vector<Setting> checkSettings()
{
    std::vector<Setting> all = whatIsChecked();
    for (Setting& setting : whatFollows())
        all.push_back(std::move(setting));
    return all;
}

} // namespace proximux::table
