#include <proximux/config/TlsFiles.h>

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

} // namespace

std::vector<TlsMistake> readTlsFiles(Configuration& configuration)
{
    std::vector<TlsMistake> mistakes;
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
