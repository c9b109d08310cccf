#include <proximux/protocol/diameter/ClientConversation.h>

namespace proximux::diameter
{

ClientConversation::ClientConversation(const ConversationSettings& settings, const Origin& us)
    : _us(us)
    , _target(us)
    , _passive(settings.passive)
{
}

void ClientConversation::request(Bytes bytes, bool, RequestTraits& traits)
{
    if (bytes.size() < HEADER)
        return;
    traits.answered = isRequest(bytes);
    traits.check = traits.answered ? checkOf(bytes) : 0;
    if (!_passive)
        judge(bytes, traits);
}

void ClientConversation::judge(Bytes bytes, RequestTraits& traits) const
{
    traits.seed = essenceOf(bytes);
    if (!traits.answered)
    {
        traits.local = traits.refused = traits.last = true; // no client is asked anything
        traits.refusal = "a Diameter answer instead of a request";
        return;
    }
    if ((flagsOf(bytes) & flag::FAILURE) != 0)
    {
        traits.local = traits.refused = true;
        traits.refusal = "a Diameter request with the flag of an error";
        traits.reply = answerTo(traits.seed, result::INVALID_FLAGS, _us, traits.refusal);
        return;
    }
    const std::uint64_t command = commandOf(bytes);
    traits.greets = command == command::CAPABILITIES;
    if (command != command::WATCHDOG && command != command::DISCONNECT)
        return;
    traits.local = true;
    traits.last = command == command::DISCONNECT;
    traits.reply = answerTo(traits.seed, result::SUCCESS, _target);
}

/// The target's own answer to a Capabilities-Exchange, with the ids of the client's.
void ClientConversation::translate(Bytes bytes, const RequestTraits& traits, std::string& text)
{
    if (bytes.size() < HEADER)
    {
        text = answerTo(traits.seed, result::UNABLE_TO_DELIVER, _us);
        return;
    }
    text = bytes;
    text.replace(ID.offset, HEADER - ID.offset, traits.seed, ID.offset, HEADER - ID.offset);
    _target.host = find(bytes, avp::ORIGIN_HOST).value_or(_us.host);
    _target.realm = find(bytes, avp::ORIGIN_REALM).value_or(_us.realm);
}

bool ClientConversation::failed(const RequestTraits& traits, Failure failure, std::string& reply)
{
    const unsigned code = failure == Failure::unavailable ? result::TOO_BUSY : result::UNABLE_TO_DELIVER;
    if (traits.seed.size() < HEADER)
        return false;
    reply = answerTo(traits.seed, code, _us, textOf(failure));
    return true;
}

} // namespace proximux::diameter
