#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

std::vector<Setting> otherSettings()
{
    using Backend = IoSettings::Backend;
    return {
        row("io.backend", "auto",
            choice<Backend>({{"auto", Backend::automatic}, {"epoll", Backend::epoll}, {"poll", Backend::poll}},
                            FIELD(Backend, io.backend)),
            {"", "System call that waits for sockets; auto: the best the system has",
             "The value epoll exists on Linux only and is best with many connections; elsewhere it is a mistake. "
             "The cost of poll grows with the number of connections. "
             "Example: --io-backend poll to tell whether a problem depends on it."},
            {"", "", "--io-backend"}),
        row("io.threads", "1", integer<std::size_t>(1, 64, FIELD(std::size_t, io.threads)),
            {"proxy", "Threads that serve clients",
             "New clients are handed to the threads in turn. "
             "In fifo and funnel mode any value but 1 is a mistake. "
             "Raise it when one processor core is fully used, for example io.threads = 4."}),
        row("io.read_size", "64K", size(KIB, MIB, FIELD(std::size_t, io.readSize)),
            {"", "Bytes read from one peer before the next has its turn",
             "Smaller values share the time more evenly, larger ones cost fewer system calls. "
             "Example: io.read_size = 256K for few clients with large transfers."}),
        row("io.resolver_threads", "2", integer<std::size_t>(1, 16, FIELD(std::size_t, io.resolverThreads)),
            {"", "Concurrent DNS lookups",
             "Further lookups wait, and their time counts for pool.connect_timeout. "
             "Raise it for many targets with names and a slow name server, for example io.resolver_threads = 8."}),
        now(row("shutdown.delay", "0s", duration(Duration{0}, DAY, Off::no, FIELD(Duration, shutdown.delay)),
                {"", "Time for which clients are still accepted after TERM or INT, before the drain begins",
                 "A load balancer needs some time to notice that this process ends; until then it sends new clients. "
                 "The drain, and with it shutdown.drain_timeout, begins afterwards. A second signal ends at once. "
                 "Example: shutdown.delay = 5s, instead of a preStop hook that sleeps."})),
        now(row("shutdown.drain_timeout", "10s",
                duration(Duration{0}, DAY, Off::minusOne, FIELD(Duration, shutdown.drainTimeout)),
                {"", "Time for requests in progress to end after TERM or INT; then all connections are closed",
                 "Queued requests are still answered, new clients are no longer accepted. "
                 "The log tells how many connections were cut off; the exit code is 0 in either case. "
                 "A second signal ends at once. "
                 "Proximux tells systemd to wait that long; another manager must wait longer. "
                 "Example: shutdown.drain_timeout = 30s with terminationGracePeriodSeconds: 40 in Kubernetes."})),
        now(row(
            "shutdown.first_request_timeout", "100ms",
            duration(Duration{0}, DAY, Off::no, FIELD(Duration, shutdown.firstRequestTimeout)),
            {"", "Time from connecting in which a drain waits for the first request of a client",
             "A client that has just connected is about to send: without this time it would be closed as one at rest. "
             "It gets its answer, and is closed then. With 0s a drain waits for no client. "
             "Example: shutdown.first_request_timeout = 1s for clients behind a slow network."})),
    };
}

} // namespace proximux::table
