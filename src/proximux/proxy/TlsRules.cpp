#include <proximux/proxy/TlsRules.h>

#include <proximux/protocol/Registry.h>

#include <algorithm>

namespace proximux
{

namespace
{

using Use = TlsSettings::Use;

TlsOffer offerOf(const Configuration& configuration)
{
    switch (configuration.local.tls.use)
    {
    case Use::starttls:
        return TlsOffer::optional;
    case Use::starttlsRequired:
        return TlsOffer::required;
    case Use::off:
    case Use::on:
        break;
    }
    return TlsOffer::none;
}

} // namespace

bool maybeTruncated(const Configuration& configuration)
{
    const ProtocolInfo& protocol = *findProtocol(configuration.exchange.protocol);
    if (protocol.tlsStarts.areThere())
        return false; // each of its messages says how long it is, and servers omit close_notify
    return configuration.exchange.mode == Mode::proxy || !protocol.delimited || protocol.mayEndByClose;
}

bool startsBeforeWelcome(const Configuration& configuration)
{
    return configuration.exchange.mode != Mode::proxy && configuration.local.tls.startsInside() &&
           !findProtocol(configuration.exchange.protocol)->tlsStarts.isGreeted;
}

std::unique_ptr<TlsStart> tlsStartWithClient(const Configuration& configuration)
{
    const TlsStarts& starts = findProtocol(configuration.exchange.protocol)->tlsStarts;
    const bool isAsked = std::any_of(configuration.targets.begin(), configuration.targets.end(),
                                     [](const TargetSettings& target) { return target.tls.startsInside(); });
    const bool isHeeded =
        configuration.local.tls.startsInside() || (configuration.exchange.mode == Mode::proxy && isAsked);
    return isHeeded && starts.areThere() ? starts.withClient(offerOf(configuration)) : nullptr;
}

std::unique_ptr<TlsStart> tlsStartWithTarget(const Configuration& configuration, const TargetSettings& target)
{
    const TlsStarts& starts = findProtocol(configuration.exchange.protocol)->tlsStarts;
    return target.tls.startsInside() && starts.areThere() ? starts.withTarget(offerOf(configuration)) : nullptr;
}

} // namespace proximux
