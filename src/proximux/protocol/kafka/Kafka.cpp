#include <proximux/protocol/kafka/Kafka.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/ProtocolOf.h>
#include <proximux/protocol/kafka/Request.h>

#include <string>

namespace proximux::kafka
{

namespace
{

using RequestFramer = DelimitedFramer<requestOf>;
using ResponseFramer = PlainResponses<DelimitedFramer<responseOf>>;

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
        const Request request(bytes);
        const Effect effect = request.api != nullptr ? request.api->effect : Effect::unknown;
        const auto isAnswered = effect == Effect::produce ? request.isProduceAnswered() : true;
        traits.answered = isAnswered.value_or(true);
        if (_passive)
            return;
        traits.repeatable = request.api != nullptr && request.api->isRepeatable;
        traits.alone = effect == Effect::waits;
        if (!isAnswered)
            refuse(traits, "a Kafka Produce that does not say in a known form whether it has a response");
        else if (effect == Effect::handshake && request.version == 0)
            refuse(traits, "Kafka SaslHandshake of version 0, which is not followed by Kafka requests (not supported)");
        else if (effect == Effect::handshake || effect == Effect::authentication)
            pin(pins::AUTHENTICATION,
                "Kafka authentication requires a dedicated target connection, which is not available "
                "(exchange.stateful)",
                traits);
        else if (effect == Effect::unknown)
            pin(pins::UNKNOWN,
                "an unknown Kafka API requires a dedicated target connection, which is not available "
                "(exchange.stateful)",
                traits);
    }

private:
    /// An error has another form in each API and version, so there is no reply. The client is closed.
    static void refuse(RequestTraits& traits, const char* why)
    {
        traits.local = traits.refused = traits.last = true;
        traits.refusal = why;
    }

    void pin(unsigned reason, const char* refusal, RequestTraits& traits) const
    {
        if (_mayPin)
            traits.pins = reason;
        else
            refuse(traits, refusal);
    }

    bool _mayPin;
    bool _passive;
};

class Kafka : public ProtocolOf<RequestFramer, ResponseFramer, ClientConversation>
{
public:
    [[nodiscard]] std::optional<IdField> requestId() const override { return REQUEST_ID; }
    [[nodiscard]] std::optional<IdField> responseId() const override { return RESPONSE_ID; }

    /// Asks for the versions of all APIs, without a client id.
    [[nodiscard]] std::string probe(std::uint32_t number) const override
    {
        std::string request("\0\0\0\12\0\22\0\0\0\0\0\0\377\377", 14);
        writeNumber(number, &request[REQUEST_ID.offset], REQUEST_ID.width);
        return request;
    }

    /// Whether it has no error.
    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        constexpr std::size_t LEAST = 14; // up to the number of APIs
        return response.size() >= LEAST && readNumber(response.substr(RESPONSE_ID.end(), 2)) == 0;
    }

    /// "Produce 9 of shop"
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        const Request parsed(request);
        if (!parsed.hasHeader)
            return std::string("incomplete").substr(0, limit);
        std::string text = parsed.api != nullptr ? std::string(parsed.api->name) : "API " + std::to_string(parsed.key);
        text.append(" ").append(std::to_string(parsed.version));
        if (!parsed.client.empty())
            text.append(" of ").append(parsed.client);
        return text.substr(0, limit);
    }

    /// What is in a response only its request tells.
    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        const bool hasId = response.size() >= RESPONSE_ID.end();
        return (hasId ? "response " + std::to_string(RESPONSE_ID.read(response)) : "incomplete").substr(0, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        const Request parsed(request);
        return parsed.api == nullptr || parsed.api->isSecret;
    }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<makeProtocol<Kafka>>("kafka", "Kafka");
    info.pairing = Pairing::identifier;
    info.pipeline = 16;
    info.responseTimeout = Duration::seconds(330); // a JoinGroup waits for others, by default up to five minutes
    info.mayGreet = false;
    return info;
}

} // namespace proximux::kafka
