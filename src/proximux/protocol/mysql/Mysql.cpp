#include <proximux/protocol/mysql/Mysql.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/mysql/Securing.h>
#include <proximux/protocol/mysql/SessionWatcher.h>
#include <proximux/protocol/mysql/SharedMysql.h>

namespace proximux::mysql
{

ProtocolInfo info()
{
    ProtocolInfo info;
    info.name = "mysql";
    info.summary = "the client/server protocol of MySQL and MariaDB, without compression";
    info.aliases = {"mariadb"};
    info.delimited = true;
    info.makeWatcher = [](const Framing&, WatchListener& listener,
                          const WatchLimits& limits) -> std::unique_ptr<Watcher>
    { return std::make_unique<SessionWatcher>(listener, limits); };
    info.make = makeProtocol<SharedMysql>;
    info.pairing = Pairing::exclusive;
    info.inOrder = false;
    info.mayGreet = false;
    info.responseTimeout = Duration::off();        // statements may take any time
    info.requestBuffer = std::size_t{1024} * 1024; // a larger one has its connection alone
    info.settings = {"auth.file",
                     "auth.method",
                     "exchange.mysql_kill",
                     "local.login_timeout",
                     "local.failed_auth_delay",
                     "local.statement_memory",
                     "target.N.username",
                     "target.N.password",
                     "pool.login_retry",
                     "pool.statements",
                     "pool.switch_delay"};
    info.authMethods = {"native", "sha2"};
    info.tlsStarts = securing();
    return info;
}

} // namespace proximux::mysql
