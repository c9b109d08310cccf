#include <proximux/protocol/MysqlWatcher.h>
#include <proximux/protocol/Registry.h>
#include <proximux/protocol/TurnWatcher.h>

namespace proximux
{

namespace
{

template <class W>
std::unique_ptr<Watcher> make(WatchListener& listener, const WatchLimits& limits)
{
    return std::make_unique<W>(listener, limits);
}

} // namespace

const std::vector<ProtocolInfo>& protocols()
{
    static const std::vector<ProtocolInfo> ALL = {
        {"raw", "any bytes; what the client sends until the target answers counts as a request", false,
         make<TurnWatcher>},
        {"mysql", "the client/server protocol of MySQL and MariaDB, without TLS and compression", true,
         make<MysqlWatcher>},
    };
    return ALL;
}

const ProtocolInfo* findProtocol(std::string_view name)
{
    for (const ProtocolInfo& protocol : protocols())
        if (protocol.name == name)
            return &protocol;
    return nullptr;
}

} // namespace proximux
