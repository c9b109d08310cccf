#include <proximux/proxy/AccessList.h>

#include <algorithm>

namespace proximux
{

const char* AccessList::refusal(const std::string& address) const
{
    const auto holds = [&address](const AddressRange& range) { return range.contains(address); };
    if (std::any_of(_settings.deny.begin(), _settings.deny.end(), holds))
        return "access.deny";
    if (!_settings.allow.empty() && std::none_of(_settings.allow.begin(), _settings.allow.end(), holds))
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
