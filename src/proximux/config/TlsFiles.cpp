#include <proximux/config/TlsFiles.h>

#include <proximux/system/FileStamp.h>

#include <tuple>
#include <utility>

namespace proximux
{

namespace
{

/// All that a connection depends on.
auto valuesOf(const TargetTls& tls)
{
    return std::tie(tls.use, tls.minVersion, tls.ciphers, tls.ciphersuites, tls.alpn, tls.verify, tls.ca, tls.name,
                    tls.certificate, tls.key, tls.crl, tls.fingerprint);
}

void store(TlsResult made, std::size_t number, TlsSettings& settings, std::vector<TlsMistake>& mistakes)
{
    settings.context = std::move(made.context);
    settings.fingerprint = std::move(made.fingerprint);
    for (TlsMistake& mistake : made.mistakes)
    {
        mistake.number = number;
        mistakes.push_back(std::move(mistake));
    }
}

/// What its settings name, also nothing.
std::vector<std::string> pathsOf(const Configuration& configuration)
{
    std::vector<std::string> paths;
    const LocalTls& local = configuration.local.tls;
    if (local.isOn())
    {
        paths = local.certificates;
        paths.insert(paths.end(), local.keys.begin(), local.keys.end());
        paths.insert(paths.end(), {local.clientCa, local.clientCrl});
    }
    for (const TargetSettings& target : configuration.targets)
        if (target.tls.isOn())
            paths.insert(paths.end(), {target.tls.ca, target.tls.certificate, target.tls.key, target.tls.crl});
    return paths;
}

} // namespace

std::string stampOfTlsFiles(const Configuration& configuration)
{
    std::string all;
    for (const std::string& path : pathsOf(configuration))
        if (!path.empty())
            all += fileStamp(path) + "\n";
    return all;
}

/// What changes while they are read is seen as a change afterwards.
std::vector<TlsMistake> readTlsFiles(Configuration& configuration)
{
    std::vector<TlsMistake> mistakes;
    configuration.tls.stamp = stampOfTlsFiles(configuration);
    if (configuration.local.tls.isOn())
        store(tls::forClients(configuration.local.tls), 0, configuration.local.tls, mistakes);
    for (std::size_t i = 0; i < configuration.targets.size(); ++i)
    {
        TargetSettings& target = configuration.targets[i];
        if (target.tls.isOn())
            store(tls::forTarget(target.tls, target.endpoint.host), i + 1, target.tls, mistakes);
    }
    return mistakes;
}

bool isSecuredAlike(const TargetTls& a, const TargetTls& b)
{
    return valuesOf(a) == valuesOf(b);
}

} // namespace proximux
