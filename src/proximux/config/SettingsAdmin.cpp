#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

namespace
{

std::vector<Setting> entranceSettings()
{
    using Addresses = std::vector<Endpoint>;
    using Commands = AdminSettings::Commands;
    using Ranges = std::vector<AddressRange>;
    return {
        guard(row("admin.listen", "", adminAddresses(FIELD(Addresses, admin.listen)),
                  {"", "Addresses of the admin port, for health checks, status and commands",
                   "A UNIX socket takes commands, too; the mode of its file decides who may use it. "
                   "TCP is for probes and programs that read; it is plain HTTP without TLS. "
                   "Example: admin.listen = unix:/run/proximux/admin.sock, 127.0.0.1:9900."}),
              "unix:/run/proximux/admin.sock"),
        guard(row("admin.access", "127.0.0.0/8, ::1", ranges(FIELD(Ranges, admin.access)),
                  {"", "Address ranges that may connect to the admin port over TCP; all others are closed",
                   "By default only this machine may. "
                   "It does not apply to UNIX sockets. "
                   "Example: admin.access = 127.0.0.1, 10.0.0.0/8 for probes of Kubernetes."})),
        row("admin.commands", "socket",
            choice<Commands>({{"none", Commands::none}, {"socket", Commands::socket}, {"all", Commands::all}},
                             FIELD(Commands, admin.commands)),
            {"", "Connections that may give commands which change something: none, UNIX sockets, or all",
             "With all, a command over TCP needs admin.token. "
             "Commands that only show something are always allowed on a UNIX socket. "
             "Example: admin.commands = none for a port that is for reading."}),
        secret(row("admin.token", "", text("a text", FIELD(std::string, admin.token)),
                   {"", "Token that commands over TCP must send, as Authorization: Bearer TOKEN",
                    "It is required with admin.commands = all. "
                    "Reading needs no token: admin.access limits that. "
                    "Prefer admin.token_file, for example with LoadCredential= of systemd."})),
        row("admin.token_file", "", path(FIELD(std::string, admin.tokenFile)),
            {"", "File that has the token of admin.token; the line break at its end is no part of it",
             "The file is read once, at the start. "
             "Example: admin.token_file = /run/credentials/proximux.service/token."}),
        row("admin.path_mode", "0660", permissions(FIELD(unsigned, admin.pathMode)),
            {"", "Permissions of the UNIX socket, in octal",
             "Who may write to the file may give commands. "
             "The default is for its owner and its group. "
             "Example: admin.path_mode = 0600 for the owner only."}),
    };
}

std::vector<Setting> healthSettings()
{
    return {
        row("admin.live_timeout", "5s",
            duration(Duration::milliseconds(10), DAY, Off::no, FIELD(Duration, admin.liveTimeout)),
            {"", "Time in which each thread that serves clients must respond for /livez to say ok",
             "A thread that stands still longer is named, with status 503. "
             "Kubernetes restarts the container then; its own timeout should be longer. "
             "Example: admin.live_timeout = 1s with timeoutSeconds: 2."}),
        row("admin.ready_targets", "1", integer<std::size_t>(0, 100000, FIELD(std::size_t, admin.readyTargets)),
            {"", "Targets that must not be dead for /readyz to say ok; 0: it does not depend on targets",
             "A target is dead from a failed attempt to connect to it until it may be tried again, and while health "
             "checks find it down. "
             "With more targets than this, some may be down. "
             "Example: admin.ready_targets = 0 if clients can wait for the only target."}),
    };
}

} // namespace

std::vector<Setting> adminSettings()
{
    std::vector<Setting> all = entranceSettings();
    const std::vector<Setting> more = healthSettings();
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace proximux::table
