#include <proximux/net/TlsCertificates.h>

#include <proximux/net/Tls.h>

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include <algorithm>

namespace proximux
{

namespace
{

constexpr std::int64_t SECONDS_OF_DAY = 86400;
constexpr std::int64_t NOTICE = 14 * SECONDS_OF_DAY;

void addShown(std::vector<TlsCertificate>& all, const TlsSettings& settings)
{
    if (!settings.context)
        return;
    for (const TlsCertificate& each : settings.context->certificates())
        if (std::none_of(all.begin(), all.end(), [&each](const TlsCertificate& one) { return one.file == each.file; }))
            all.push_back(each);
}

} // namespace

std::vector<TlsCertificate> certificatesForClients(const Configuration& configuration)
{
    std::vector<TlsCertificate> all;
    addShown(all, configuration.local.tls);
    return all;
}

std::vector<TlsCertificate> certificatesForTargets(const Configuration& configuration)
{
    std::vector<TlsCertificate> all;
    for (const TargetSettings& target : configuration.targets)
        addShown(all, target.tls);
    return all;
}

std::string expiryNotice(const TlsCertificate& certificate, std::int64_t now)
{
    const std::int64_t left = certificate.ends - now;
    if (left > NOTICE)
        return "";
    const std::string date =
        Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(certificate.ends), "%Y-%m-%d %H:%M:%S UTC");
    const std::string whose = certificate.file + ": the certificate of " + certificate.subject;
    if (left <= 0)
        return whose + " has expired on " + date;
    const std::int64_t days = left / SECONDS_OF_DAY;
    return whose + " expires in " + (days == 1 ? "1 day" : std::to_string(days) + " days") + ", on " + date;
}

} // namespace proximux
