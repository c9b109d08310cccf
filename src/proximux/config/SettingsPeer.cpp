#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

std::vector<Setting> peerSettings()
{
    return {
        row("exchange.diameter_identity", "", domainName(FIELD(std::string, exchange.framing.diameterIdentity)),
            {SHARED_USERS, "Origin-Host with which Proximux introduces itself to targets, and of its own answers",
             "The targets must know it as a peer. "
             "It is required in fifo and funnel mode, and must differ from the names of all other peers. "
             "Example: exchange.diameter_identity = proximux.example.com."}),
        row("exchange.diameter_realm", "", domainName(FIELD(std::string, exchange.framing.diameterRealm)),
            {SHARED_USERS, "Origin-Realm with which Proximux introduces itself to targets, and of its own answers",
             "It is required in fifo and funnel mode. "
             "Example: exchange.diameter_realm = example.com."}),
        row("exchange.diameter_applications", "4294967295",
            peerApplications(FIELD(std::vector<PeerApplication>, exchange.framing.diameterApplications)),
            {SHARED_USERS,
             "Applications that Proximux announces to targets, as APPLICATION or VENDOR:APPLICATION, separated by "
             "commas",
             "The default is that of a relay, which a target accepts for each of its applications. "
             "A target that accepts no relay needs the numbers that clients use. "
             "Application 3 is announced as one for accounting, the others as ones for authentication. "
             "Example: exchange.diameter_applications = 4,10415:16777251 for credit control and S6a."}),
    };
}

} // namespace proximux::table
