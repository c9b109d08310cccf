#include <proximux/protocol/cassandra/ClientConversation.h>

namespace proximux::cassandra
{

namespace
{

constexpr unsigned READY_BIT = 17;

// Codes of errors that have nothing behind their text.
constexpr std::uint32_t SERVER_ERROR = 0x0000;
constexpr std::uint32_t PROTOCOL_ERROR = 0x000A;
constexpr std::uint32_t OVERLOADED = 0x1001;
constexpr std::uint32_t INVALID = 0x2200;

/// request: its header.
std::string error(Bytes request, std::uint32_t code, const std::string& text)
{
    std::string body(6, '\0');
    writeNumber(code, body.data(), 4);
    writeNumber(text.size(), &body[4], 2);
    return frame(opcode::FAILURE, request.substr(STREAM, OPCODE - STREAM), body + text, true);
}

void refuse(RequestTraits& traits, std::uint32_t code, const char* why)
{
    traits.local = traits.refused = true;
    traits.refusal = why;
    traits.reply = error(traits.seed, code, "proximux: " + std::string(why));
}

/// The words by which a client recognizes that it is to try an older version.
void refuseVersion(unsigned version, RequestTraits& traits)
{
    refuse(traits, PROTOCOL_ERROR, "a version of Cassandra's protocol other than 4 (not supported)");
    traits.reply = error(traits.seed, PROTOCOL_ERROR,
                         "Invalid or unsupported protocol version (" + std::to_string(version) +
                             "); the lowest supported version is 4 and the greatest is 4");
    traits.last = true;
}

} // namespace

std::uint64_t checkOf(Bytes frame, bool isReady)
{
    const std::uint64_t version = byteAt(frame, 0) & ~RESPONSE;
    return 1U << 16U | version << 8U | byteAt(frame, STREAM) | std::uint64_t{isReady} << READY_BIT;
}

ClientConversation::ClientConversation(const ConversationSettings& settings)
    : _mayPin(settings.pins)
    , _passive(settings.passive)
{
}

void ClientConversation::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    traits.hint = _passive ? OBSERVED : 0;
    if (bytes.size() < HEADER)
        return;
    traits.check = checkOf(bytes, byteAt(bytes, OPCODE) == opcode::REGISTER && !_passive);
    if (_passive)
        return;
    constexpr unsigned NEGATIVE = 0x80; // streams of the target's own messages
    const unsigned version = byteAt(bytes, 0);
    traits.seed.assign(bytes.substr(0, HEADER));
    if (version != VERSION)
        return refuseVersion(version, traits);
    if (byteAt(bytes, STREAM) >= NEGATIVE)
        return refuse(traits, PROTOCOL_ERROR, "a Cassandra request with a negative stream");
    if ((byteAt(bytes, FLAGS) & ~(flag::TRACING | flag::PAYLOAD)) != 0)
        return refuse(traits, PROTOCOL_ERROR, "a Cassandra request that is compressed, or has an unknown flag");
    if (byteAt(bytes, OPCODE) == opcode::STARTUP)
        return startup(bytes, whole, traits);
    judge(bytes, traits);
}

/// Each target connection has its own.
void ClientConversation::startup(Bytes bytes, bool whole, RequestTraits& traits) const
{
    if (!whole || bytes.find("COMPRESSION") != Bytes::npos)
        return refuse(traits, PROTOCOL_ERROR, "Cassandra's compression (not supported)");
    traits.local = true;
    traits.reply = frame(opcode::READY, bytes.substr(STREAM, OPCODE - STREAM), {}, true);
}

void ClientConversation::judge(Bytes bytes, RequestTraits& traits) const
{
    switch (byteAt(bytes, OPCODE))
    {
    case opcode::OPTIONS:
        traits.repeatable = true;
        return;
    case opcode::EXECUTE:
    case opcode::BATCH:
        return;
    case opcode::QUERY:
    case opcode::PREPARE:
        return statement(bytes, traits);
    case opcode::REGISTER:
        if (!_mayPin)
            return refuse(traits, SERVER_ERROR,
                          "Cassandra REGISTER requires a dedicated target connection, which is not available "
                          "(exchange.stateful)");
        traits.pins = traits.frees = pins::SUBSCRIPTION;
        traits.barrier = true; // from its READY on the connection is its client's
        return;
    default:
        refuse(traits, PROTOCOL_ERROR, "a Cassandra request that does not belong here");
    }
}

void ClientConversation::statement(Bytes bytes, RequestTraits& traits) const
{
    const bool isPrepared = byteAt(bytes, OPCODE) == opcode::PREPARE;
    const auto text = statementOf(bytes);
    const auto word = text ? firstWord(*text) : std::nullopt;
    if (!word)
        return refuse(traits, INVALID, "a Cassandra statement whose first word is not there");
    traits.repeatable = !isPrepared && *word == "SELECT";
    if (*word != "USE")
        return;
    if (isPrepared)
        return refuse(traits, INVALID, "USE in a prepared Cassandra statement (not supported)");
    if (!_mayPin)
        return refuse(traits, INVALID,
                      "Cassandra USE requires a dedicated target connection, which is not available "
                      "(exchange.stateful)");
    traits.pins = pins::DATABASE;
}

bool ClientConversation::failed(const RequestTraits& traits, Failure failure, std::string& reply)
{
    const std::uint32_t code = failure == Failure::unavailable ? OVERLOADED : SERVER_ERROR;
    reply = error(traits.seed, code, std::string("proximux: ") + textOf(failure));
    return true;
}

bool ClientConversation::unpinned(const RequestTraits& traits, const std::string& why, std::string& reply)
{
    reply = error(traits.seed, OVERLOADED, "proximux: " + why);
    return true;
}

} // namespace proximux::cassandra
