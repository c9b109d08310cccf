#include <proximux/protocol/mongodb/ClientConversation.h>

namespace proximux::mongodb
{

namespace
{

constexpr std::size_t MOST_TRANSACTIONS = 64; ///< of one client; beyond that its pin lasts

/// Codes of errors, with their names (MongoDB manual, "Error Codes").
struct ErrorCode
{
    unsigned code;
    Bytes name;
};

constexpr ErrorCode HOST_UNREACHABLE{6, "HostUnreachable"};
constexpr ErrorCode ILLEGAL_OPERATION{20, "IllegalOperation"};
constexpr ErrorCode NETWORK_TIMEOUT{89, "NetworkTimeout"};

std::string reply(const RequestTraits& traits, const ErrorCode& code, const std::string& why)
{
    return errorReply(traits.seed, code.code, code.name, "proximux: " + why);
}

/// Without a reply its client is closed.
void refuse(RequestTraits& traits, const char* why, bool replies = true)
{
    traits.local = traits.refused = true;
    traits.rewritten = traits.translated = false;
    traits.pins = traits.frees = 0;
    traits.refusal = why;
    if (replies && traits.answered)
        traits.reply = reply(traits, ILLEGAL_OPERATION, why);
    else
        traits.last = true;
}

bool isAnswered(Bytes message)
{
    switch (opcodeOf(message))
    {
    case opcode::INSERT:
    case opcode::UPDATE:
    case opcode::DELETE:
    case opcode::KILL_CURSORS:
        return false;
    default:
        return (flagsOf(message) & flag::MORE_TO_COME) == 0;
    }
}

bool isHello(const Request& request)
{
    return request.command != nullptr && request.command->effect == Effect::hello;
}

/// Whether an OP_QUERY is the command hello alone: not a question for documents that have a field of this name.
bool isHandshake(Bytes query)
{
    constexpr Bytes COMMANDS = ".$cmd";
    constexpr unsigned SECONDARY_ALLOWED = 4;
    const Bytes collection = collectionOf(query);
    const bool isCommand = collection.size() > COMMANDS.size() &&
                           collection.substr(collection.size() - COMMANDS.size()) == COMMANDS &&
                           (numberAt(query, FLAGS) & ~SECONDARY_ALLOWED) == 0;
    const Request request(query);
    return isCommand && isHello(request) && request.isComplete &&
           *request.body + numberAt(query, *request.body) == query.size();
}

} // namespace

ClientConversation::ClientConversation(const ConversationSettings& settings)
    : _mayPin(settings.pins)
    , _passive(settings.passive)
    , _oneTarget(settings.oneTarget)
{
}

void ClientConversation::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    traits.answered = bytes.size() < HEADER || isAnswered(bytes);
    if (_passive)
        return;
    traits.seed.assign(bytes.substr(0, HEADER));
    traits.check = ANSWER;
    switch (opcodeOf(bytes))
    {
    case opcode::MSG:
        return command(Request(bytes), flagsOf(bytes), whole, traits);
    case opcode::QUERY:
        if (!whole || !isHandshake(bytes))
            return refuse(traits, "OP_QUERY other than hello and isMaster (not supported)");
        return command(Request(bytes), 0, whole, traits);
    case opcode::COMPRESSED:
        return refuse(traits, "OP_COMPRESSED (not supported)", false);
    default:
        return refuse(traits, "a legacy MongoDB opcode (not supported)", false);
    }
}

void ClientConversation::command(const Request& request, unsigned flags, bool whole, RequestTraits& traits)
{
    if (!request.body)
        return refuse(traits, "a MongoDB command whose body is beyond exchange.request_buffer");
    if (request.isInvalid || (whole && !request.isComplete))
        return refuse(traits, "a MongoDB command with an invalid body");
    traits.rewritten = isHello(request) || (flags & (flag::CHECKSUM_PRESENT | flag::EXHAUST_ALLOWED)) != 0;
    traits.translated = isHello(request);
    if (traits.rewritten && !whole)
        return refuse(traits, "a MongoDB message with a checksum, or that allows exhaust, larger than "
                              "exchange.request_buffer");
    if (!traits.answered && (request.command == nullptr || request.command->effect != Effect::write))
        return refuse(traits, "a MongoDB command other than insert, update and delete without a reply (moreToCome)");
    judge(request, traits);
}

void ClientConversation::judge(const Request& request, RequestTraits& traits)
{
    if (request.command == nullptr)
        return pin(pins::UNKNOWN,
                   "an unknown MongoDB command requires a dedicated target connection, which is not available "
                   "(exchange.stateful)",
                   traits);
    if (!request.isComplete)
        return pin(pins::UNKNOWN,
                   "a MongoDB command whose body extends beyond exchange.request_buffer requires a dedicated target "
                   "connection, which is not available (exchange.stateful)",
                   traits);
    const Effect effect = request.command->effect;
    if (effect == Effect::lastError)
        return refuse(traits, "a MongoDB command that asks for the last error of a connection (not supported)");
    if (effect == Effect::authentication)
        return pin(pins::AUTHENTICATION,
                   "MongoDB authentication requires a dedicated target connection, which is not available "
                   "(exchange.stateful)",
                   traits);
    if (effect == Effect::hello && request.isUnusual)
        return pin(pins::UNKNOWN,
                   "a MongoDB hello with an unknown field requires a dedicated target connection, which is not "
                   "available (exchange.stateful)",
                   traits);
    traits.repeatable = request.command->isRepeatable && !request.inTransaction;
    if (_oneTarget)
        return; // cursors and transactions are the server's, whichever connection asks
    if (effect == Effect::cursor)
    {
        traits.frees = pins::TRANSFER;
        pin(pins::TRANSFER,
            "a MongoDB cursor with several targets requires a dedicated target connection, which is not available "
            "(exchange.stateful)",
            traits);
    }
    if (!traits.refused && request.inTransaction)
        transaction(request, traits);
}

/// The client is pinned until its last transaction has ended.
void ClientConversation::transaction(const Request& request, RequestTraits& traits)
{
    const std::string session(request.session);
    if (request.begins && _transactions.size() < MOST_TRANSACTIONS)
        _transactions.insert(session);
    if (request.command->effect == Effect::ending && _transactions.size() < MOST_TRANSACTIONS)
    {
        _transactions.erase(session);
        traits.frees |= _transactions.empty() ? pins::TRANSACTION : 0;
    }
    pin(pins::TRANSACTION,
        "a MongoDB transaction with several targets requires a dedicated target connection, which is not available "
        "(exchange.stateful)",
        traits);
}

void ClientConversation::pin(unsigned reason, const char* refusal, RequestTraits& traits) const
{
    traits.repeatable = false;
    if (_mayPin)
        traits.pins |= reason;
    else
        refuse(traits, refusal);
}

void ClientConversation::rewrite(Bytes bytes, const RequestTraits&, std::string& text)
{
    const Request request(bytes);
    const Bytes body = bytes.substr(*request.body, numberAt(bytes, *request.body));
    text = isHello(request) ? withBody(bytes, *request.body, without(body, DROPPED))
                            : withBody(bytes, *request.body, body);
}

void ClientConversation::translate(Bytes bytes, const RequestTraits&, std::string& text)
{
    text = bytes;
    const auto body = bodyOffset(bytes);
    if (!body || bytes.size() != numberAt(bytes, 0))
        return;
    const std::string document = without(bytes.substr(*body), VERSION_OF_TOPOLOGY);
    if (!document.empty())
        text = withBody(bytes, *body, document);
}

bool ClientConversation::failed(const RequestTraits& traits, Failure failure, std::string& text)
{
    if (traits.answered)
        text = reply(traits, failure == Failure::timeout ? NETWORK_TIMEOUT : HOST_UNREACHABLE, textOf(failure));
    return traits.answered;
}

bool ClientConversation::unpinned(const RequestTraits& traits, const std::string& why, std::string& text)
{
    text = reply(traits, HOST_UNREACHABLE, why);
    return true;
}

} // namespace proximux::mongodb
