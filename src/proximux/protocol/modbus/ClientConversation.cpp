#include <proximux/protocol/modbus/ClientConversation.h>

#include <proximux/protocol/modbus/Body.h>
#include <proximux/protocol/modbus/Parts.h>
#include <proximux/protocol/modbus/Serial.h>

#include <utility>

namespace proximux::modbus
{

namespace
{

// The seed of an error reply: unit and function as the client sent them, then its transaction.
constexpr std::size_t SEED_HEAD = 2;

} // namespace

Dialect::Dialect(const Framing& framing, const Form& form, const Form& ofTarget)
    : client(form)
    , target(ofTarget)
    , anyUnit(framing.modbusUnit == ModbusUnit::any)
    , unit()
{
    for (std::size_t i = 0; i < unit.size(); ++i)
        unit[i] = static_cast<unsigned char>(i);
    for (const auto& [asked, sent] : framing.modbusUnits)
        unit[asked] = sent;
}

ClientConversation::ClientConversation(std::shared_ptr<const Dialect> dialect, bool passive)
    : _dialect(std::move(dialect))
    , _passive(passive)
{
}

void ClientConversation::request(Bytes bytes, bool, RequestTraits& traits)
{
    const Bytes body = _dialect->client.bodyOf(bytes, _scratch);
    if (body.size() < SEED_HEAD)
        return; // of what is observed only the beginning is kept
    traits.repeatable = isRead(byteAt(body, 1));
    if (_passive)
        return observe(body, traits);
    traits.seed.assign(body.substr(0, SEED_HEAD)).append(_dialect->client.transactionOf(bytes));
    traits.supersedes = _dialect->client.isSerial();
    const char unit = static_cast<char>(_dialect->unit[unitOf(body)]);
    _body.assign(1, unit).append(body.substr(1));
    if (const unsigned code = refusalOf(_body))
    {
        traits.local = traits.refused = true;
        traits.reply = exception(traits, code);
        return;
    }
    traits.part = partOf(unitOf(_body), byteAt(_body, 1));
    traits.rewritten = &_dialect->client != &_dialect->target || unit != body.front();
    traits.translated = traits.rewritten || _dialect->anyUnit;
    share(_body, traits);
}

void ClientConversation::observe(Bytes body, RequestTraits& traits) const
{
    traits.check = checkOf(body, _dialect->anyUnit);
    traits.answered = !_dialect->target.isSerial() || !isBroadcast(body);
}

/// What its target makes of it.
void ClientConversation::share(Bytes body, RequestTraits& traits) const
{
    const bool broadcast = isBroadcast(body);
    if (broadcast)
        traits.part = 0;
    if (!_dialect->target.isSerial())
    {
        traits.optional = broadcast; // many devices do answer to this unit
        traits.check = checkOf(body, _dialect->anyUnit);
        return;
    }
    traits.answered = !broadcast;
    traits.awaited = true;
    traits.check = detailedCheckOf(body, _dialect->anyUnit);
    traits.hint = hintFor(body) | (_dialect->target.beginsLikeResponse(body) ? hint::ECHO : 0);
}

/// The code of the exception for what cannot be sent; 0: it can.
unsigned ClientConversation::refusalOf(Bytes body) const
{
    const unsigned function = byteAt(body, 1);
    const bool serial = _dialect->target.isSerial();
    const bool known = sizeOfRequest(body.substr(0, SEED_HEAD + 1)) != UNKNOWN;
    if (serial && (function == 0 || function >= EXCEPTION || (!known && _dialect->target.endsByFunction())))
        return WRONG_FUNCTION;
    if (serial && known ? sizeOfRequest(body) != body.size() : !hasItsSize(body))
        return WRONG_VALUE;
    return isBroadcast(body) && !hasRightValues(body) ? WRONG_VALUE : 0;
}

void ClientConversation::rewrite(Bytes bytes, const RequestTraits&, std::string& text)
{
    const Bytes body = _dialect->client.bodyOf(bytes, _scratch);
    const char unit = static_cast<char>(_dialect->unit[unitOf(body)]);
    _body.assign(1, unit).append(body.substr(1));
    text = _dialect->target.message(_dialect->client.transactionOf(bytes), _body);
}

/// Where both sides have the same form only the unit differs, and these may be the first bytes of a response alone.
void ClientConversation::translate(Bytes bytes, const RequestTraits& traits, std::string& text)
{
    const Bytes body = _dialect->target.bodyOf(bytes, _scratch);
    if (!_dialect->target.isSerial())
    {
        text = bytes;
        text[text.size() - body.size()] = traits.seed.front();
        return;
    }
    _body.assign(1, traits.seed.front()).append(body.substr(1));
    text = _dialect->client.message(Bytes(traits.seed).substr(SEED_HEAD), _body);
}

bool ClientConversation::failed(const RequestTraits& traits, Failure failure, std::string& reply)
{
    reply = exception(traits, failure == Failure::unavailable ? NO_PATH : NO_ANSWER);
    return true;
}

std::string ClientConversation::exception(const RequestTraits& traits, unsigned code) const
{
    std::string body = traits.seed.substr(0, SEED_HEAD);
    body[1] = static_cast<char>(byteAt(body, 1) | EXCEPTION);
    body.push_back(static_cast<char>(code));
    return _dialect->client.message(Bytes(traits.seed).substr(SEED_HEAD), body);
}

} // namespace proximux::modbus
