#include <app/ServiceRegistration.h>

namespace proximux
{

std::optional<int> manageService(const std::vector<std::string>&)
{
    return std::nullopt;
}

std::string describeServiceOptions()
{
    return {};
}

} // namespace proximux
