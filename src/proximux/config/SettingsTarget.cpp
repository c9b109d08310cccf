#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

std::vector<Setting> targetSettings()
{
    using Header = TargetSettings::ProxyProtocol;
    return {
        required(now(row("target.N.host", "", host(FIELD(std::string, targets[i].endpoint.host)),
                         {"", "Host name or address of target N, counted from 1",
                          "All addresses of a name are tried, and the name is resolved anew for each connection. "
                          "Targets are numbered without a gap. "
                          "The list is taken whole from the highest layer that has one, for example the command line. "
                          "Example: --target db.example:3306, which may be repeated."},
                         {"TARGET_HOST_N", "targetServers[N-1].host", "--target"}))),
        required(now(row("target.N.port", "",
                         integer<std::uint16_t>(1, 65535, FIELD(std::uint16_t, targets[i].endpoint.port)),
                         {"", "TCP port of target N",
                          "A host without a port is a mistake, and so is a port without a host. "
                          "Example: target.1.port = 6379, or both together with --target cache.example:6379."},
                         {"TARGET_PORT_N", "targetServers[N-1].port", "--target"}))),
        now(row("target.N.path", "", socketPath(FIELD(std::string, targets[i].endpoint.path)),
                {"", "Path of a UNIX socket on which target N listens, in place of its host and port",
                 "The server must run on this machine, and Proximux must be allowed to write to the file. "
                 "On Linux @NAME is an abstract socket. "
                 "The settings of TCP, such as target.N.keep_alive, have no effect then. "
                 "Example: --target unix:/run/mysqld/mysqld.sock."})),
        fresh(row(
            "target.N.keep_alive", "60s,10s,6", keepAlive(FIELD(KeepAlive, targets[i].socket.keepAlive)),
            {"",
             "TCP keep-alive of connections to target N: probe after IDLE, every INTERVAL; lost after COUNT unanswered "
             "probes",
             "Probes find a target that vanished while its connections were silent, by default after two minutes. "
             "The value on uses the system's times, off sends no probes. "
             "Example: target.1.keep_alive = 20s,5s,3."},
            {"TARGET_CONN_N_KEEP_ALIVE", "targetServers[N-1].keepAlive"})),
        fresh(row(
            "target.N.user_timeout", "-1",
            duration(SECOND, DAY, Off::zeroToo, FIELD(Duration, targets[i].socket.userTimeout)),
            {"",
             "Close a connection to target N that leaves sent data unacknowledged, or its receive window shut, this "
             "long (TCP_USER_TIMEOUT)",
             "Without it the system's limit applies, about 15 minutes. "
             "Keep-alive probes do not help here: the kernel sends none while data is unacknowledged. "
             "Example: target.1.user_timeout = 10s finds a target that vanishes while a request is on its way."})),
        now(row(
            "target.N.connections", "1", integer<std::size_t>(1, 1000, FIELD(std::size_t, targets[i].connections)),
            {"funnel", "Number of connections to target N",
             "A request takes an idle connection, else the one with the fewest requests in flight. "
             "Fifo mode has one connection, so any value but 1 is a mistake there. "
             "Raise it for a server that works on several requests at once, for example target.1.connections = 8."})),
        now(row("target.N.username", "", text("a name", FIELD(std::string, targets[i].username)),
                {SHARED_USERS, "User name with which each new target connection authenticates",
                 "It is sent with target.N.password before the connection is used. "
                 "Without a name the password is sent alone, as for Redis before version 6. "
                 "A target that refuses it counts as failed and is tried again with back-off. "
                 "With client each client signs in as itself, and its requests use connections of that user. "
                 "Example: target.1.username = proxy."})),
        secret(now(row("target.N.password", "", text("a password", FIELD(std::string, targets[i].password)),
                       {SHARED_USERS, "Password for new target connections",
                        "Proximux sends it; clients neither know nor need it. "
                        "With postgresql, if it is not set, that of the name in auth.file is used. "
                        "The value is never shown in the log or by --print-config. "
                        "Example: PROXIMUX_TARGET_1_PASSWORD in the environment of the service."}))),
        now(row("target.N.database", "0", integer<unsigned>(0, 65535, FIELD(unsigned, targets[i].database)),
                {SHARED_USERS, "Number of the database that each new target connection selects",
                 "All targets must have the same number. "
                 "A client that selects another database is pinned to a connection, or gets an error. "
                 "Example: target.1.database = 3."})),
        now(row("target.N.proxy_protocol", "off",
                choice<Header>({{"off", Header::off}, {"v1", Header::v1}, {"v2", Header::v2}},
                               FIELD(Header, targets[i].proxyProtocol)),
                {"proxy", "PROXY header with which each connection to target N begins: none, version 1 or version 2",
                 "It tells the target who the client is, in front of all other bytes. "
                 "The target must expect it, such as nginx with proxy_protocol or MariaDB with "
                 "proxy_protocol_networks. "
                 "In fifo and funnel mode it is a mistake, since clients share the connections. "
                 "Health checks send one for a connection of the proxy itself. "
                 "Example: target.1.proxy_protocol = v2."})),
        now(row("target.N.proxy_tlvs", "", proxyExtensions(FIELD(unsigned, targets[i].proxyExtensions)),
                {"proxy", "What a PROXY header of version 2 says beside the addresses, separated by commas",
                 "The names are authority, alpn, ssl, unique_id and crc32c. "
                 "With local.tls the first three tell of the client's TLS, with the common name of its certificate. "
                 "Else they, and always unique_id, are passed on as the client's own header told them. "
                 "A target that knows crc32c checks it against damage on the way. "
                 "Example: target.1.proxy_tlvs = unique_id, crc32c."})),
    };
}

} // namespace proximux::table
