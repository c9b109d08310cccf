#include <proximux/Configuration.h>
#include <proximux/protocol/Registry.h>

#include <proximux/config/Settings.h>

#include <algorithm>

namespace proximux
{

const char* toString(Mode mode)
{
    switch (mode)
    {
    case Mode::automatic:
        return "AUTO";
    case Mode::proxy:
        return "PROXY";
    case Mode::fifo:
        return "FIFO";
    case Mode::funnel:
        return "FUNNEL";
    }
    return "";
}

std::vector<Endpoint> LocalSettings::endpoints() const
{
    std::vector<Endpoint> all{endpoint};
    for (const std::string& host : otherHosts)
        all.push_back({host, endpoint.port});
    return all;
}

std::string LocalSettings::toString() const
{
    std::string text;
    for (const Endpoint& each : endpoints())
        text.append(text.empty() ? "" : ", ").append(each.toString());
    return text;
}

Pairing ExchangeSettings::pairingInForce() const
{
    const ProtocolInfo* info = findProtocol(protocol);
    if (info != nullptr && info->make != nullptr && info->make(framingInForce())->isExclusive())
        return Pairing::exclusive;
    if (pairing != Pairing::automatic)
        return pairing;
    if (info != nullptr && info->pairing != Pairing::automatic)
        return info->pairing;
    if (idOffset && info != nullptr && info->uses("exchange.id_offset"))
        return Pairing::identifier;
    return mode == Mode::funnel && funnelAsync ? Pairing::order : Pairing::exclusive;
}

std::size_t ExchangeSettings::pipelineInForce() const
{
    if (protocol == AUTO && mode != Mode::proxy)
    {
        // the largest of all protocols that auto may detect
        ExchangeSettings chosen = *this;
        std::size_t most = 1;
        for (const ProtocolInfo* each : choicesOfAuto())
        {
            chosen.protocol = each->name;
            most = std::max(most, chosen.pipelineInForce());
        }
        return most;
    }
    if (pairingInForce() == Pairing::exclusive)
        return 1;
    const ProtocolInfo* info = findProtocol(protocol);
    std::size_t most = pipeline.value_or(info != nullptr ? info->pipeline : 1);
    const Framing inForce = framingInForce();
    if (pairingInForce() == Pairing::identifier && inForce.requestId &&
        (inForce.requestId->width == 1 || inForce.responseId->width == 1))
        most = std::min(most, std::size_t{256});
    return most;
}

Duration ExchangeSettings::responseTimeoutInForce() const
{
    const ProtocolInfo* info = findProtocol(protocol);
    return responseTimeout.value_or(info != nullptr ? info->responseTimeout : Duration::seconds(30));
}

std::size_t ExchangeSettings::requestBufferInForce() const
{
    const bool isShared = mode == Mode::fifo || mode == Mode::funnel;
    const ProtocolInfo* info = isShared ? findProtocol(protocol) : nullptr;
    return requestBuffer.value_or(info != nullptr ? info->requestBuffer : ProtocolInfo().requestBuffer);
}

Framing ExchangeSettings::framingInForce() const
{
    Framing made = framing;
    if (!idOffset)
        return made;
    made.requestId = IdField{*idOffset, id.width, id.order};
    made.responseId = IdField{responseIdOffset.value_or(*idOffset), responseIdWidth.value_or(id.width),
                              responseIdOrder.value_or(id.order)};
    return made;
}

Configuration::Configuration()
{
    for (const Setting& setting : settings())
        if (!setting.isOfTarget() && !setting.fallback.empty())
            setting.store(setting.fallback, *this, 0);
}

std::size_t Configuration::sharedConnections() const
{
    if (exchange.mode == Mode::fifo)
        return 1;
    std::size_t count = 0;
    for (const TargetSettings& target : targets)
        count += target.connections;
    return count;
}

std::size_t Configuration::maxTied() const
{
    using Stateful = ExchangeSettings::Stateful;
    const std::size_t all = sharedConnections();
    if (exchange.stateful == Stateful::refuse || all == 0)
        return 0;
    const std::size_t spare = exchange.stateful == Stateful::tie && all == 1 ? 1 : all - 1;
    return pool.maxTied.value_or(spare);
}

} // namespace proximux
