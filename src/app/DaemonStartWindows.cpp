#include <app/DaemonStart.h>

namespace proximux
{

bool DaemonStart::isAvailable()
{
    return false; // Windows has services instead
}

std::optional<int> DaemonStart::detach()
{
    return std::nullopt;
}

void DaemonStart::report(int, const std::string&) {}

} // namespace proximux
