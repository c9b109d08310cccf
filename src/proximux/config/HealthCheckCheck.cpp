// ConfigurationCheck: health checks.

#include <proximux/config/ConfigurationCheck.h>

#include <proximux/protocol/Registry.h>
#include <proximux/wire/MessageStream.h>

#include <utility>

namespace proximux
{

namespace
{

std::shared_ptr<const Protocol> protocolOf(const ExchangeSettings& exchange)
{
    const ProtocolInfo& info = *findProtocol(exchange.protocol);
    return info.make != nullptr ? info.make(exchange.framingInForce()) : nullptr;
}

/// Whether these bytes are one message for this framer.
bool isOne(Framer& framer, Bytes bytes)
{
    MessageStream stream(framer);
    std::size_t count = 0;
    const auto take = [&count](Bytes, bool last)
    {
        count += last ? 1 : 0;
        return true;
    };
    return stream.feed(
               bytes, [] {}, take) == nullptr &&
           count == 1 && stream.isAtRest();
}

/// Whether it is a question and no more: a connection is afterwards as it was before, and its answer comes at once.
bool isHarmless(const RequestTraits& traits)
{
    return traits.answered && !traits.local && !traits.last && !traits.greets && !traits.blocking && !traits.barrier &&
           !traits.pushes && !traits.isAlone() && traits.proof == 0 && !traits.spends && !traits.rewritten &&
           !traits.asks && traits.pins == 0 && traits.claims == 0 && !traits.switches && !traits.signsIn &&
           traits.user == nullptr && traits.suffix.empty();
}

/// Why the request cannot share a connection with those of clients; null: it can.
const char* whyUnfit(const Protocol& protocol, const std::string& request)
{
    if (!isOne(*protocol.makeRequestFramer(), request))
        return "expected one whole request of the protocol";
    const auto conversation = protocol.makeConversation({});
    if (conversation == nullptr)
        return nullptr;
    RequestTraits traits;
    conversation->request(request, true, traits);
    return isHarmless(traits)
               ? nullptr
               : "expected a request that any connection may carry at any time, and that changes nothing "
                 "on it";
}

} // namespace

void ConfigurationCheck::checkHealthChecks()
{
    const CheckSettings& check = _configuration.check;
    if (check.kind == CheckSettings::Kind::exchange)
        return checkCheckRequest();
    for (const auto& [key, value] :
         {std::pair("check.request", &check.request), std::pair("check.expect", &check.expect)})
        if (!value->empty())
            _mistakes.push_back(nameOf(key) + ": is used with check.kind = exchange only");
    if (check.kind != CheckSettings::Kind::protocol)
        return;
    const auto protocol = protocolOf(_configuration.exchange);
    if (protocol == nullptr || protocol->probe(1).empty())
        _mistakes.push_back(nameOf("check.kind") + ": no harmless request is known with exchange.protocol = " +
                            _configuration.exchange.protocol + "; expected auto, connect or exchange");
}

/// In proxy mode it has a connection of its own, on which it may say what it likes.
void ConfigurationCheck::checkCheckRequest()
{
    const CheckSettings& check = _configuration.check;
    if (check.request.empty() && check.expect.empty())
        _mistakes.push_back(nameOf("check.kind") + ": needs check.request, check.expect or both");
    const auto protocol = _configuration.exchange.mode == Mode::proxy ? nullptr : protocolOf(_configuration.exchange);
    if (check.request.empty() || protocol == nullptr || !protocol->mistakes().empty())
        return;
    if (!protocol->translates().empty())
        _mistakes.push_back(nameOf("check.kind") + ": is not possible with " + std::string(protocol->translates()) +
                            "; expected auto, connect or protocol");
    else if (const char* why = whyUnfit(*protocol, check.request))
        _mistakes.push_back(nameOf("check.request") + ": " + why);
}

} // namespace proximux
