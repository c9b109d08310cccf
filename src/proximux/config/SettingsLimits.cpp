#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

std::vector<Setting> accessSettings()
{
    using Ranges = std::vector<AddressRange>;
    using Uids = std::vector<std::uint32_t>;
    return {
        guard(now(row("access.deny", "", ranges(FIELD(Ranges, access.deny)),
                      {"", "Address ranges whose clients are refused",
                       "It wins over access.allow. "
                       "IPv4 and IPv6 are kept apart: 0.0.0.0/0 covers no IPv6 client, and ::/0 no IPv4 client. "
                       "Example: access.deny = 192.0.2.0/24, 2001:db8::/32."})),
              "192.0.2.0/24, 2001:db8::/32"),
        guard(now(row("access.allow", "", ranges(FIELD(Ranges, access.allow)),
                      {"", "Address ranges whose clients are admitted; all others are refused",
                       "Without it all clients are admitted that access.deny does not cover. "
                       "IPv4 and IPv6 are kept apart: ::/0 covers no IPv4 client. "
                       "Example: access.allow = 10.0.0.0/8, 127.0.0.1, ::1."})),
              "192.0.2.0/24, 2001:db8::/32"),
        guard(now(row("access.uids", "", userIds(FIELD(Uids, access.uids)),
                      {"", "Users whose processes may connect to local.path, by number; all others are refused",
                       "Linux tells the user of a client of a UNIX socket; on other systems this is a mistake. "
                       "The permissions of the file, local.path_mode, apply as well. "
                       "Example: access.uids = 0, 33."})),
              "0, 33"),
        guard(now(row("access.hook", "", unixSocket(FIELD(std::string, access.hook.path)),
                      {"", "UNIX socket of a program that is asked of each client whether it is admitted",
                       "A question is a line with a JSON object that has the client's address, port and id. "
                       "The answer is a line: {\"allow\": true}, or {\"reason\": \"why not\"}. "
                       "It is asked before the other access rules and scripts, and no other client waits meanwhile. "
                       "Example: access.hook = unix:/run/guard.sock."})),
              "unix:/run/guard.sock"),
        now(row("access.hook_timeout", "200ms",
                duration(MS, Duration::seconds(60), Off::no, FIELD(Duration, access.hook.timeout)),
                {"", "How long the program of access.hook may take for an answer",
                 "The time includes connecting to it. "
                 "When it is over, access.hook_failure decides on all clients that wait for an answer. "
                 "Example: access.hook_timeout = 1s for a program that asks a directory."})),
        now(row("access.hook_failure", "deny",
                choice<bool>({{"deny", false}, {"allow", true}}, FIELD(bool, access.hook.admits)),
                {"", "Refuse (deny) or admit (allow) clients when the program of access.hook does not answer",
                 "It counts as no answer, too, if the program has ended, or says what cannot be understood. "
                 "The log tells of it once a minute. "
                 "Example: access.hook_failure = allow where service matters more than the check."})),
    };
}

std::vector<Setting> limitsSettings()
{
    using Action = LimitsSettings::Action;
    using Ranges = std::vector<AddressRange>;
    return {
        now(row(
            "limits.reconnects", "20", integer<std::int64_t>(0, 1000000, FIELD(std::int64_t, limits.reconnects)),
            {"fifo, funnel",
             "Target connections that one client may cause to be replaced in a second; at the limit its requests wait; "
             "0: no limit",
             "A connection is replaced when it is left in doubt, for example when a pinned client leaves. "
             "The limit keeps one client from wearing out the target with new connections; no request is lost. "
             "Example: limits.reconnects = 5 for a device that connects slowly."})),
        now(row("limits.connections", "0", integer<std::size_t>(0, 1000000, FIELD(std::size_t, limits.connections)),
                {"", "Maximum concurrent clients of one address; further ones are closed on arrival; 0: no limit",
                 "It keeps one host from taking all of local.max_connections. "
                 "Addresses count as one by limits.prefix4 and limits.prefix6; those of limits.exempt have no limit. "
                 "A reload that lowers it closes no client. Clients that came while no limit was set do not count. "
                 "Example: limits.connections = 50."})),
        now(row("limits.connection_rate", "0", rate(FIELD(Rate, limits.connectionRate)),
                {"", "New clients of one address per second or minute; further ones are closed on arrival; 0: no limit",
                 "It is an average: limits.connection_burst says how many may come at once. "
                 "Refused clients do not count, so an address that tries without a pause is still served at this rate. "
                 "Example: limits.connection_rate = 20/s, or 30/m."})),
        now(row(
            "limits.connection_burst", "auto",
            optionalInteger<std::int64_t>(1, 1000000, FIELD(std::optional<std::int64_t>, limits.connectionBurst)),
            {"",
             "Clients of one address that may come at once within limits.connection_rate; auto: the number in the rate",
             "After a pause an address has all of it again; then it fills up at limits.connection_rate. "
             "Without a rate it has no effect. "
             "Example: limits.connection_burst = 100 for browsers that open many connections at first."})),
        now(row(
            "limits.request_rate", "0", rate(FIELD(Rate, limits.requestRate)),
            {"fifo, funnel",
             "Requests of one address per second or minute; at the limit its clients are not read; 0: no limit",
             "No request is refused: those beyond the rate wait in the client's connection, and show clients says so. "
             "After a pause as many requests as the number in the rate may come at once. "
             "With raw each exchange is a request; what passes through a tunnel is none. "
             "Example: limits.request_rate = 100/s."})),
        now(row("limits.prefix4", "32", integer<unsigned>(8, 32, FIELD(unsigned, limits.prefix4)),
                {"", "Leading bits of an IPv4 address that count; addresses which agree in them share their limits",
                 "An IPv4 client of an IPv6 listener (::ffff:a.b.c.d) counts as IPv4. "
                 "After a reload clients that are there count for their former prefix. "
                 "Example: limits.prefix4 = 24 takes a whole network of 256 addresses as one."})),
        now(row(
            "limits.prefix6", "64", integer<unsigned>(16, 128, FIELD(unsigned, limits.prefix6)),
            {"", "Leading bits of an IPv6 address that count; addresses which agree in them share their limits",
             "A host can usually choose from all addresses of its /64 network, so a longer prefix does not limit it. "
             "After a reload clients that are there count for their former prefix. "
             "Example: limits.prefix6 = 56 for providers that give each customer 256 such networks."})),
        guard(now(row("limits.exempt", "", ranges(FIELD(Ranges, limits.exempt)),
                      {"", "Address ranges without limits, such as those of load balancers and monitors",
                       "All clients behind a load balancer have its address, so limits would hit them together. "
                       "IPv4 and IPv6 are kept apart: 0.0.0.0/0 covers no IPv6 client, and ::/0 no IPv4 client. "
                       "Example: limits.exempt = 127.0.0.0/8, ::1, 10.0.0.5."})),
              "127.0.0.0/8, ::1"),
        now(row("limits.table", "100000", integer<std::size_t>(1, 10000000, FIELD(std::size_t, limits.table)),
                {"", "Addresses with limits that are remembered; if all are in use, clients with a new one are closed",
                 "Each takes at most 48 bytes, and 8 more with limits.request_rate: 100000 take 5 MB, once as many "
                 "have come. "
                 "When the table is full, the oldest address without clients and without a used-up rate is forgotten. "
                 "A reload that lowers it gives no memory back. "
                 "Example: limits.table = 1000000 for a public service."})),
        now(row("limits.memory", "0", size(0, 1024 * GIB, FIELD(std::size_t, limits.memory)),
                {"", "Resident memory of the process above which new clients are closed on arrival; 0: no limit",
                 "It counts what the system counts, the program itself (about 15M) and its log included. "
                 "Clients that are there stay: exchange.total_buffer bounds what is kept of their requests. "
                 "Set it below the limit of a container or of systemd (MemoryMax), which would kill the process. "
                 "Linux only; elsewhere it is a mistake. Example: limits.memory = 400M."})),
        now(row("limits.action", "close",
                choice<Action>({{"close", Action::close}, {"reset", Action::reset}}, FIELD(Action, limits.action)),
                {"", "Close a client that a limit refuses by FIN (close) or by RST (reset)",
                 "A reset leaves nothing behind in the system, so it costs less in a flood. "
                 "Some clients take it for a failure of the network, and try again at once. "
                 "Example: limits.action = reset."})),
    };
}

} // namespace proximux::table
