#include <proximux/protocol/mysql/Mysql.h>

#include <proximux/protocol/mysql/Securing.h>
#include <proximux/protocol/mysql/SessionWatcher.h>

namespace proximux::mysql
{

ProtocolInfo info()
{
    ProtocolInfo info;
    info.name = "mysql";
    info.summary = "the client/server protocol of MySQL and MariaDB, without compression; proxy mode only";
    info.aliases = {"mariadb"};
    info.delimited = true;
    info.makeWatcher = [](const Framing&, WatchListener& listener,
                          const WatchLimits& limits) -> std::unique_ptr<Watcher>
    { return std::make_unique<SessionWatcher>(listener, limits); };
    info.tlsStarts = securing();
    return info;
}

} // namespace proximux::mysql
