#include "fuzz/Fuzz.h"

#include <proximux/protocol/Registry.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace proximux::fuzz
{

const std::vector<Target>& targets()
{
    static const std::vector<Target> ALL = []
    {
        std::vector<Target> all;
        for (const ProtocolInfo& each : protocols())
            if (each.delimited)
                all.push_back({each.name, runMessages});
        all.push_back({"exchanges", runExchanges});
        all.push_back({"proxy-header", runProxyHeaders});
        all.push_back({"login", runLogins});
        all.push_back({"users", runUsers});
        all.push_back({"prepared", runPrepared});
        all.push_back({"mysql-login", runMysqlLogins});
        all.push_back({"mysql-client", runMysqlClients});
        all.push_back({"mysql-shared", runMysqlShared});
        all.push_back({"mysql-sql", runMysqlTexts});
        all.push_back({"mysql-prepared", runMysqlPrepared});
        return all;
    }();
    return ALL;
}

const Target* findTarget(std::string_view name)
{
    const auto found =
        std::find_if(targets().begin(), targets().end(), [name](const Target& each) { return each.name == name; });
    return found != targets().end() ? &*found : nullptr;
}

void check(bool holds, const char* what)
{
    if (holds)
        return;
    std::cerr << "does not hold: " << what << std::endl;
    std::abort();
}

} // namespace proximux::fuzz
