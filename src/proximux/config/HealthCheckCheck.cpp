// ConfigurationCheck: health checks.

#include <proximux/config/ConfigurationCheck.h>

#include <proximux/protocol/Registry.h>

namespace proximux
{

void ConfigurationCheck::checkHealthChecks()
{
    const ExchangeSettings& exchange = _configuration.exchange;
    if (_configuration.check.kind != CheckSettings::Kind::protocol)
        return;
    const ProtocolInfo& info = *findProtocol(exchange.protocol);
    if (info.make == nullptr || info.make(exchange.framingInForce())->probe(1).empty())
        _mistakes.push_back(nameOf("check.kind") + ": no harmless request is known with exchange.protocol = " +
                            exchange.protocol + "; expected auto or connect");
}

} // namespace proximux
