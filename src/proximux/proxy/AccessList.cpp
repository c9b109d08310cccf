#include <proximux/proxy/AccessList.h>

#include <algorithm>

namespace proximux
{

namespace
{

/// Whether it came over a UNIX socket.
bool isLocal(const ClientInfo& client)
{
    return client.address == UNIX_HOST; // one that a PROXY header announces has a path, too
}

} // namespace

const char* AccessList::refusal(const std::string& address) const
{
    const auto settings = std::atomic_load(&_settings);
    const auto holds = [&address](const AddressRange& range) { return range.contains(address); };
    if (std::any_of(settings->deny.begin(), settings->deny.end(), holds))
        return "access.deny";
    if (!settings->allow.empty() && std::none_of(settings->allow.begin(), settings->allow.end(), holds))
        return "not in access.allow";
    return "";
}

const char* AccessList::refusal(const ClientInfo& client) const
{
    if (!isLocal(client))
        return refusal(client.address);
    const auto settings = std::atomic_load(&_settings);
    const auto& uids = settings->uids;
    const bool isListed = client.process && std::find(uids.begin(), uids.end(), client.process->uid) != uids.end();
    return uids.empty() || isListed ? "" : "not in access.uids";
}

void AccessList::onConnected(ConnectedArgs& args)
{
    const char* reason = refusal(args.client);
    if (*reason != '\0')
        args.reject(reason);
}

} // namespace proximux
