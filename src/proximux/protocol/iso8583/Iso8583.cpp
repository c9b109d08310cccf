#include <proximux/protocol/iso8583/Iso8583.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/ProtocolOf.h>
#include <proximux/protocol/iso8583/Message.h>
#include <proximux/wire/Delimiter.h>

#include <algorithm>

namespace proximux::iso8583
{

namespace
{

using State = Message::State;

constexpr char REQUEST = '0';
constexpr char RESPONSE = '1';
constexpr char ADVICE = '2';
constexpr char ADVICE_RESPONSE = '3';
constexpr char UNASKED = 'x'; ///< for messages of a target that answer nothing
constexpr char NETWORK_MANAGEMENT = '8';
constexpr Bytes ECHO_TEST = "301";

/// The function of the request that a message with this function answers.
char askedBy(char function)
{
    return function == RESPONSE ? REQUEST : function == ADVICE_RESPONSE ? ADVICE : UNASKED;
}

/// The value that a response must repeat (FNV-1a); never 0. The origin of the message is excluded: a response to a
/// repeat may name either.
std::uint64_t checkOf(const Message& message, char function)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&hash](Bytes bytes)
    {
        for (const char c : bytes)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    };
    const char head[] = {message.category(), function};
    add({head, sizeof head});
    add(message.stan);
    add(message.terminal);
    return std::max<std::uint64_t>(hash, 1);
}

/// What this message says of its size, once the fields that pair it are visible.
Beginning beginningOf(const Message& message)
{
    if (message.state == State::malformed)
        return {0, message.reason};
    return {message.state == State::more ? 0 : message.size};
}

Beginning requestOf(Bytes input)
{
    return beginningOf(Message(input));
}

using RequestFramer = DelimitedFramer<requestOf>;

class ResponseFramer : public proximux::ResponseFramer
{
public:
    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input, [this](Bytes bytes) { return begin(Message(bytes)); });
    }

    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    Beginning begin(const Message& message)
    {
        const Beginning beginning = beginningOf(message);
        if (beginning.size > 0)
            _traits.check = checkOf(message, askedBy(message.function()));
        return beginning;
    }

    Delimiter _delimiter;
    ResponseTraits _traits;
};

bool isAnswered(const Message& message)
{
    return message.function() == REQUEST || message.function() == ADVICE;
}

/// Why a request cannot be sent on a shared connection, or null.
const char* refusalOf(const Message& message)
{
    if (message.state != State::complete)
        return "ISO 8583 fields up to 41 beyond exchange.request_buffer";
    if (!isAnswered(message))
        return "an ISO 8583 message that is neither a request nor an advice";
    if (message.stan.empty())
        return "an ISO 8583 request without a STAN (field 11)";
    if (message.terminal.empty() && message.category() != NETWORK_MANAGEMENT)
        return "an ISO 8583 request without a terminal (field 41)";
    return nullptr;
}

class ClientConversation : public Conversation
{
public:
    explicit ClientConversation(const ConversationSettings& settings)
        : _mayPin(settings.pins)
        , _passive(settings.passive)
    {
    }

    void request(Bytes bytes, bool, RequestTraits& traits) override
    {
        const Message message(bytes);
        const char* why = refusalOf(message);
        if (_passive)
        {
            traits.answered = message.type.empty() || isAnswered(message);
            traits.check = message.state == State::complete ? checkOf(message, message.function()) : 0;
            return;
        }
        if (why != nullptr)
            return refuse(traits, why);
        traits.check = checkOf(message, message.function());
        if (message.category() == NETWORK_MANAGEMENT)
            manage(Message(bytes, Message::MANAGEMENT), traits);
    }

private:
    /// An echo test changes nothing. A sign-on, sign-off or new key is the state of a connection, which then is its
    /// client's alone.
    void manage(const Message& message, RequestTraits& traits) const
    {
        if (message.state == State::complete && message.management == ECHO_TEST)
            traits.repeatable = true;
        else if (_mayPin)
            traits.pins = pins::SESSION;
        else
            refuse(traits,
                   "ISO 8583 network management other than an echo test requires a dedicated target connection, "
                   "which is not available (exchange.stateful)");
    }

    /// There is no reply: a made-up response would be taken for the issuer's. The client is closed.
    static void refuse(RequestTraits& traits, const char* why)
    {
        traits.local = traits.refused = traits.last = true;
        traits.refusal = why;
    }

    bool _mayPin;
    bool _passive;
};

/// Fields that hold no data of a card, key or person. All others are withheld from the log.
constexpr unsigned HARMLESS[] = {1,  3,  4,  7,  11, 12, 13, 15, 18, 19, 22,
                                 24, 25, 32, 33, 37, 38, 39, 41, 42, 49, Message::MANAGEMENT};

class Iso8583 : public ProtocolOf<RequestFramer, ResponseFramer, ClientConversation>
{
public:
    [[nodiscard]] bool checkIdentifies() const override { return true; }

    /// An echo test: fields 7, 11 and 70.
    [[nodiscard]] std::string probe(std::uint32_t number) const override
    {
        constexpr std::size_t STAN = 6;
        const std::string digits = std::to_string(number % 1000000);
        // field 7 is the start of a year
        std::string request("\0\x27"
                            "0800\x82\x20\0\0\0\0\0\0\4\0\0\0\0\0\0\0"
                            "0101000000",
                            32);
        return request.append(STAN - digits.size(), '0').append(digits).append(ECHO_TEST);
    }

    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        const Message message(response);
        return message.state == State::complete && message.type == "0810";
    }

    /// "0200 STAN 000123 terminal TERM0001"
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return textOf(Message(request)).substr(0, limit);
    }

    /// "0210 STAN 000123 terminal TERM0001: code 00"
    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        const Message message(response);
        std::string text = textOf(message);
        if (message.state == State::complete && !message.responseCode.empty())
            text.append(": code ").append(message.responseCode);
        return text.substr(0, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        const Message message(request);
        if (message.state != State::complete)
            return true;
        constexpr unsigned FIELDS = 128;
        for (unsigned field = 1; field <= FIELDS; ++field)
            if (message.has(field) && std::find(std::begin(HARMLESS), std::end(HARMLESS), field) == std::end(HARMLESS))
                return true;
        return false;
    }

private:
    static std::string textOf(const Message& message)
    {
        if (message.state != State::complete)
            return "incomplete";
        std::string text(message.type);
        if (!message.stan.empty())
            text.append(" STAN ").append(message.stan);
        if (!message.terminal.empty())
            text.append(" terminal ").append(message.terminal.substr(0, message.terminal.find_last_not_of(' ') + 1));
        return text;
    }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<makeProtocol<Iso8583>>("iso8583", "ISO 8583:1987, payment messages");
    info.pairing = Pairing::exclusive;
    info.mayGreet = false;
    return info;
}

} // namespace proximux::iso8583
