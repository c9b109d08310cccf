#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

namespace
{

std::vector<Setting> listening()
{
    return {
        now(row("local.host", "localhost", listeningHosts(FIELD(LocalSettings, local)),
                {"", "Host names or addresses to listen on; *: all interfaces",
                 "The default accepts clients of this machine only, over IPv4 and IPv6: of a name both are used. "
                 "Use * for all interfaces, 0.0.0.0 for those of IPv4, or :: for IPv6. "
                 "With :: and *, IPv4 clients are accepted too, unless local.ipv6_only is set. "
                 "Several are separated by commas, and have the same port; if one cannot be used, none is. "
                 "Example: local.host = 127.0.0.1, 10.0.0.5, or --listen :5025 for all interfaces."},
                {"LOCAL_HOST", "localServerHost", "--listen"})),
        required(now(row("local.port", "", integer<std::uint16_t>(0, 65535, FIELD(std::uint16_t, local.endpoint.port)),
                         {"", "TCP port to listen on; 0: any free one",
                          "The log names the port when the server runs, also with 0. "
                          "A port that is in use ends the start with exit code 71. "
                          "Ports below 1024 may need a privilege, such as CAP_NET_BIND_SERVICE on Linux. "
                          "In its place local.path names a UNIX socket. "
                          "Example: --listen 3307."},
                         {"LOCAL_PORT", "localServerPort", "--listen"}))),
        now(row("local.path", "", socketPath(FIELD(std::string, local.endpoint.path)),
                {"", "Path of a UNIX socket to listen on, in place of local.host and local.port",
                 "Programs of this machine connect to it without TCP. "
                 "Its file is removed at the end; one that a killed process has left is replaced, one in use is not. "
                 "On Linux @NAME is an abstract socket, which has no file and no permissions. "
                 "The settings of access and limits that concern addresses do not apply to its clients. "
                 "Example: --listen unix:/run/proximux/db.sock."})),
        now(row("local.path_mode", "0660", permissions(FIELD(unsigned, local.pathMode)),
                {"", "Permissions of the file of local.path, in octal",
                 "Who may write to the file may connect. "
                 "The default is for its owner and its group; with access.uids single users can be chosen. "
                 "Example: local.path_mode = 0666 for all users of this machine."})),
        now(row("local.path_group", "", text("a group, by name or number", FIELD(std::string, local.pathGroup)),
                {"", "Group that the file of local.path gets",
                 "Without root, Proximux must be a member of it. "
                 "Without the setting the file has the group of the process. "
                 "Example: local.path_group = www-data lets a web server connect."})),
        now(row("local.ipv6_only", "0", boolean(FIELD(bool, local.ipv6Only)),
                {"", "Accept IPv6 clients only",
                 "It has an effect if local.host has an IPv6 address, such as ::. "
                 "With 0 such a socket accepts IPv4 clients, too. "
                 "Set it to 1 if another program listens on the same port for IPv4."},
                {"LOCAL_IPV6_ONLY", "localServerIpv6Only"})),
        now(row("local.max_connections", "-1",
                anyInteger("a whole number; 0 and negative for off", FIELD(int, local.maxConnections)),
                {"", "Maximum concurrent clients; further ones are closed on arrival",
                 "The log has a record for each client that is closed. "
                 "With 0 or less only file descriptors limit them, and further clients wait in the accept queue. "
                 "With exchange.mode = auto, a value equal to the number of target connections selects proxy mode. "
                 "Example: --max-connections 100."},
                {"LOCAL_MAX_CONNECTIONS", "localServerMaxConnections", "--max-connections"})),
        fresh(row(
            "local.backlog", "1024", integer<int>(1, 65535, FIELD(int, local.backlog)),
            {"", "Length of the kernel's accept queue",
             "Clients that have connected wait there until Proximux accepts them. "
             "When it is full, the kernel ignores connection attempts, and clients repeat them after a second or more. "
             "The system may cap the value, Linux at net.core.somaxconn. "
             "Raise it for bursts of new clients, for example local.backlog = 4096."})),
    };
}

std::vector<Setting> clientPrefaces()
{
    using Ranges = std::vector<AddressRange>;
    return {
        fresh(row("local.proxy_protocol", "off",
                  choice<bool>({{"off", false}, {"on", true}}, FIELD(bool, local.proxyProtocol)),
                  {"", "Whether clients begin with a PROXY header, version 1 or 2, which says who they are",
                   "Load balancers put it before the first byte, so that a client keeps its address behind them. "
                   "The log, access rules, limits and scripts then use the announced address. "
                   "A client without a header is refused where one is due: see local.proxy_from. "
                   "Example: local.proxy_protocol = on behind HAProxy with send-proxy-v2."})),
        guard(fresh(row("local.proxy_from", "", ranges(FIELD(Ranges, local.proxyFrom)),
                        {"",
                         "Address ranges whose clients must begin with a PROXY header; from all others none is "
                         "looked for",
                         "Without it everybody must send one, and so everybody can claim any address. "
                         "It goes by the address of the socket, never by the bytes that come. "
                         "Name the addresses of the load balancers here, for example local.proxy_from = 10.0.0.5."})),
              "10.0.0.5, 2001:db8::/64"),
        fresh(row("local.preface_timeout", "5s", duration(SECOND, DAY, Off::no, FIELD(Duration, local.prefaceTimeout)),
                  {"",
                   "Refuse a client that has not sent its PROXY header, or finished the TLS handshake, after this long",
                   "The header and the handshake have this time together. "
                   "Only connections that wait for one of them are limited by it. "
                   "The specification of the PROXY protocol asks for at least 3s, since a lost packet is sent again. "
                   "Example: local.preface_timeout = 10s on a slow line."})),
    };
}

std::vector<Setting> clientTimeouts()
{
    return {
        fresh(
            row("local.keep_alive", "60s,10s,6", keepAlive(FIELD(KeepAlive, local.socket.keepAlive)),
                {"",
                 "TCP keep-alive of client connections: probe after IDLE, every INTERVAL; lost after COUNT unanswered "
                 "probes",
                 "Probes find clients that vanished without closing, after a power cut or behind a firewall. "
                 "The default finds them after two minutes: 60 s, then six probes at intervals of 10 s. "
                 "The value on uses the system's times, off sends no probes. "
                 "Example: local.keep_alive = 20s,5s,3 for a firewall that forgets idle connections."})),
        fresh(row("local.user_timeout", "-1",
                  duration(SECOND, DAY, Off::zeroToo, FIELD(Duration, local.socket.userTimeout)),
                  {"",
                   "Close a client that leaves sent data unacknowledged, or its receive window shut, this long "
                   "(TCP_USER_TIMEOUT)",
                   "Without it the system's limit applies, about 15 minutes, which spares slow readers. "
                   "Keep-alive probes do not help here: the kernel sends none while data is unacknowledged. "
                   "Example: local.user_timeout = 30s finds clients that vanish during a response."})),
        now(row("local.idle_timeout", "-1", duration(MS, DAY, Off::zeroToo, FIELD(Duration, local.idleTimeout)),
                {"", "Close a client after this long without traffic in either direction",
                 "In fifo and funnel mode the time counts only while none of the client's requests is unanswered. "
                 "In proxy mode it does not count while bytes for the target are unsent. "
                 "Example: local.idle_timeout = 10m frees the connections of forgotten clients."})),
        now(row("local.half_close_timeout", "60s",
                duration(MS, DAY, Off::minusOne, FIELD(Duration, local.halfCloseTimeout)),
                {"", "After one side has half-closed, close the pair once the other has been silent this long",
                 "In proxy mode each byte restarts the time, so a long download after a half-close goes on. "
                 "In fifo and funnel mode it limits how long a client that is being closed may take to read the rest. "
                 "Raise it for clients that half-close and then wait for slow answers, for example to 10m."})),
    };
}

std::vector<Setting> clientLimits()
{
    return {
        now(row("local.max_requests", "64", integer<std::size_t>(1, 100000, FIELD(std::size_t, local.maxRequests)),
                {"fifo, funnel", "Queued requests per client; at the limit its socket is no longer read",
                 "Reading goes on when one of them has been sent, so a client that pipelines is slowed down and loses "
                 "nothing. "
                 "The limit bounds the share of the queue that one client can take. "
                 "Raise it for deep pipelines, for example local.max_requests = 256."})),
        secret(fresh(
            row("local.password", "", text("a password", FIELD(std::string, local.password)),
                {SHARED_USERS, "Password that clients must send with AUTH; empty: no password",
                 "Proximux answers AUTH itself, and the target never sees this password. "
                 "Until then a client's commands get a NOAUTH error. "
                 "The password for the target is target.N.password. "
                 "Keep both in a file that only the service may read; the command line is visible to other users."}))),
        fresh(row("local.failed_auth", "3", integer<unsigned>(1, 1000000, FIELD(unsigned, local.failedAuth)),
                  {SHARED_USERS, "Wrong passwords after which a client is closed",
                   "The client still gets the error for the last one, then its connection is closed. "
                   "Example: local.failed_auth = 1 closes it at the first wrong password."})),
        now(row("local.login_timeout", "15s", duration(SECOND, DAY, Off::no, FIELD(Duration, local.loginTimeout)),
                {SHARED_USERS, "Time in which a client must prove who it is",
                 "It begins when the client connects; then the client is closed. "
                 "Waiting for a target connection does not count. "
                 "Raise it for people who type their password, for example local.login_timeout = 1m."})),
        fresh(row("local.statement_memory", "4M", size(64 * KIB, GIB, FIELD(std::size_t, local.statementMemory)),
                  {SHARED_USERS, "Bytes of prepared statements that a client may have",
                   "Names, texts and some 100 bytes for each statement count. "
                   "Beyond it the client gets an error (54000, or 1461 of MySQL) and goes on. "
                   "Raise it for clients that prepare thousands of long statements, for example "
                   "local.statement_memory = 16M."})),
        now(row("local.failed_auth_delay", "1s",
                duration(Duration{0}, Duration::seconds(60), Off::no, FIELD(Duration, local.failedAuthDelay)),
                {SHARED_USERS, "Delay of the reply to a wrong password",
                 "It slows down attackers who guess passwords; other clients do not wait. "
                 "With the default of local.failed_auth a connection has three guesses in three seconds. "
                 "The value 0s replies at once, as Redis does."})),
    };
}

} // namespace

std::vector<Setting> localSettings()
{
    std::vector<Setting> all = listening();
    for (const auto& part : {clientPrefaces(), clientTimeouts(), clientLimits()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace proximux::table
