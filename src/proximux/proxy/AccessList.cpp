#include <proximux/proxy/AccessList.h>

#include <algorithm>

namespace proximux
{

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

void AccessList::onConnected(ConnectedArgs& args)
{
    const char* reason = refusal(args.client.address);
    if (*reason != '\0')
        args.reject(reason);
}

} // namespace proximux
