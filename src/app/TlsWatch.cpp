#include <app/TlsWatch.h>

#include <proximux/config/TlsFiles.h>

#include <utility>

namespace proximux
{

/// Files that are again those in force are read once more, if others were refused meanwhile.
bool TlsWatch::haveChanged(const std::vector<std::shared_ptr<const Configuration>>& configurations, bool areGood)
{
    std::string inForce;
    std::string now;
    for (const auto& configuration : configurations)
    {
        inForce += configuration->tls.stamp;
        now += stampOfTlsFiles(*configuration);
    }
    if (now == inForce && areGood)
        return false;
    const std::string seen = std::exchange(_seen, now);
    return seen != now;
}

} // namespace proximux
