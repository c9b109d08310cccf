#include <proximux/protocol/dns/Dns.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/dns/Query.h>
#include <proximux/protocol/dns/Transfer.h>
#include <proximux/wire/Delimiter.h>

#include <algorithm>
#include <optional>

namespace proximux::dns
{

namespace
{

constexpr IdField ID{2, 2, ByteOrder::big};
constexpr std::size_t MAX_QUESTION = 255 + 4;
constexpr unsigned RESPONSE = 0x80; ///< in the first byte of the flags

/// A hash of the only question: name, case-insensitively, type and class; never 0. Returns 0 unless there is exactly
/// one question with an uncompressed name.
std::uint64_t checkOf(Bytes message)
{
    const auto end = numberAt(message, 6) == 1 ? questionEnd(message) : std::nullopt;
    if (!end)
        return 0;
    std::uint64_t hash = 14695981039346656037U;
    for (std::size_t i = HEADER; i < *end; ++i)
    {
        unsigned c = byteAt(message, i);
        if (i < *end - 4 && c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        hash = (hash ^ c) * 1099511628211U;
    }
    return hash | 1U;
}

/// Whether this is an error without any record: some servers answer requests that they do not understand so, and some
/// of these count a question that is missing. NXDOMAIN is excluded, because it is a statement about a name.
bool isBareError(Bytes message)
{
    const unsigned code = byteAt(message, 5) & 15U;
    const bool bare = numberAt(message, 8) == 0 && numberAt(message, 10) == 0 &&
                      (numberAt(message, 6) == 0 || PREFIX + numberAt(message, 0) == HEADER);
    return bare && code != 0 && code != NO_SUCH_NAME;
}

/// What a response framer needs to know about the request.
namespace hint
{

constexpr std::uint32_t WHOLE_ZONE = 1; ///< an AXFR
constexpr std::uint32_t ANY_SERIAL = 2; ///< an IXFR from a serial that is no hint; above: from that serial

} // namespace hint

std::uint32_t differencesFrom(std::uint32_t serial)
{
    return serial > hint::ANY_SERIAL ? serial : hint::ANY_SERIAL;
}

/// Looks for the question of a request or a response, which have the same form.
Beginning beginningOf(Bytes input, bool response)
{
    if (input.size() < PREFIX)
        return {};
    const std::size_t size = PREFIX + numberAt(input, 0);
    if (size < HEADER)
        return {0, "a DNS message shorter than its header"};
    if (input.size() >= 5 && ((byteAt(input, 4) & RESPONSE) != 0) != response)
        return {0, response ? "a DNS query instead of a response" : "a DNS response instead of a query"};
    return {input.size() < std::min(size, HEADER + MAX_QUESTION) ? 0 : size};
}

Beginning queryOf(Bytes input)
{
    return beginningOf(input, false);
}

using RequestFramer = DelimitedFramer<queryOf>;

class ResponseFramer : public proximux::ResponseFramer
{
public:
    Progress feed(Bytes input) override
    {
        const Progress progress = _delimiter.feed(input, [this](Bytes bytes) { return begin(bytes); });
        _inMessage = progress.taken > 0 ? progress.kind != Progress::Kind::complete : _inMessage;
        if (_transfer)
            _transfer->feed(input.substr(0, progress.taken));
        if (_transfer && progress.kind == Progress::Kind::complete && _transfer->isLast())
        {
            _traits.kind = ResponseTraits::Kind::final;
            _transfer.reset();
            _hint = 0;
        }
        return progress;
    }

    void expect(std::uint32_t hint) override { _hint = hint; }

    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

    /// Completes a transfer whose end cannot be recognized.
    bool finish() override { return _transfer && !_inMessage && _transfer->mayHaveEnded(); }

private:
    Beginning begin(Bytes input)
    {
        const Beginning beginning = beginningOf(input, true);
        if (beginning.size > 0)
            judge(input.substr(0, beginning.size));
        return beginning;
    }

    void judge(Bytes beginning)
    {
        _traits.check = checkOf(beginning);
        const bool continues = _transfer && numberAt(beginning, 6) == 0;
        _traits.unchecked = continues || isBareError(beginning);
        if (_hint != 0 && !_transfer)
            _transfer.emplace(_hint == hint::WHOLE_ZONE ? Transfer::Kind::whole : Transfer::Kind::differences,
                              _hint > hint::ANY_SERIAL ? std::optional(_hint) : std::nullopt);
        if (_transfer)
            _transfer->begin();
        _traits.kind = _transfer ? ResponseTraits::Kind::more : ResponseTraits::Kind::final;
    }

    Delimiter _delimiter;
    ResponseTraits _traits;
    bool _inMessage = false;
    std::uint32_t _hint = 0;
    std::optional<Transfer> _transfer; ///< in progress
};

/// A reply that contains only this code.
std::string replyTo(Bytes request, unsigned code)
{
    const std::size_t end = numberAt(request, 6) == 1 ? questionEnd(request).value_or(HEADER) : HEADER;
    std::string reply(request.substr(0, end));
    writeNumber(reply.size() - PREFIX, reply.data(), 2);
    reply[4] = static_cast<char>((byteAt(reply, 4) & 0x79U) | RESPONSE); // keeps opcode and RD
    reply[5] = static_cast<char>(code);
    writeNumber(end > HEADER ? 1 : 0, &reply[6], 2);
    std::fill(reply.begin() + 8, reply.begin() + HEADER, '\0');
    return reply;
}

class ClientConversation : public Conversation
{
public:
    explicit ClientConversation(bool mayPin)
        : _mayPin(mayPin)
    {
    }

    void request(Bytes bytes, bool whole, RequestTraits& traits) override
    {
        const Query query(bytes, whole);
        traits.check = checkOf(bytes);
        traits.seed.assign(bytes.substr(0, query.end));
        if (query.type == AXFR)
            traits.hint = hint::WHOLE_ZONE;
        if (query.type == IXFR)
            traits.hint = differencesFrom(query.serial.value_or(0));
        if (query.refusal != 0)
            return answer(traits, query.refusal);
        if (traits.hint != 0)
            traits.pins = traits.frees = pins::TRANSFER;
        else if (query.isSigned)
            traits.pins = traits.frees = pins::SIGNATURE;
        traits.keepsId = traits.pins != 0;
        traits.repeatable = traits.pins == 0;
        if (traits.pins != 0 && !_mayPin)
            answer(traits, REFUSED);
    }

    bool failed(const RequestTraits& traits, Failure, std::string& reply) override
    {
        reply = replyTo(traits.seed, SERVER_FAILURE);
        return true;
    }

private:
    static void answer(RequestTraits& traits, unsigned code)
    {
        traits.local = traits.refused = true;
        traits.reply = replyTo(traits.seed, code);
    }

    bool _mayPin;
};

std::string typeName(unsigned type)
{
    struct Name
    {
        unsigned type;
        const char* name;
    };
    constexpr Name NAMES[] = {{1, "A"},       {2, "NS"},     {5, "CNAME"},   {6, "SOA"},     {12, "PTR"},
                              {15, "MX"},     {16, "TXT"},   {28, "AAAA"},   {33, "SRV"},    {43, "DS"},
                              {48, "DNSKEY"}, {65, "HTTPS"}, {IXFR, "IXFR"}, {AXFR, "AXFR"}, {255, "ANY"}};
    for (const Name& each : NAMES)
        if (each.type == type)
            return each.name;
    return "TYPE" + std::to_string(type);
}

class Dns : public Protocol
{
public:
    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<RequestFramer>();
    }

    /// Asks for the root's name servers, without recursion, so the target need not ask other servers.
    [[nodiscard]] std::string probe(std::uint32_t number) const override
    {
        std::string request("\0\x11\0\0\0\0\0\1\0\0\0\0\0\0\0\0\2\0\1", 19);
        writeNumber(number, &request[2], 2);
        return request;
    }

    [[nodiscard]] std::unique_ptr<proximux::ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<ResponseFramer>();
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<ClientConversation>(settings.pins);
    }

    [[nodiscard]] std::optional<IdField> requestId() const override { return ID; }
    [[nodiscard]] std::optional<IdField> responseId() const override { return ID; }

    /// "www.example.com. A"
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return question(request).substr(0, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        std::string text = question(response);
        if (response.size() >= HEADER)
            text += ": code " + std::to_string(byteAt(response, 5) & 15U) + ", " +
                    std::to_string(numberAt(response, 8)) + " answers";
        return text.substr(0, limit);
    }

private:
    static std::string question(Bytes message)
    {
        if (message.size() < HEADER)
            return "incomplete";
        const auto end = questionEnd(message);
        if (numberAt(message, 6) == 0 || !end)
            return "no question";
        std::string name;
        for (std::size_t at = HEADER; byteAt(message, at) > 0 && byteAt(message, at) < 64;
             at += byteAt(message, at) + 1)
            name.append(message.substr(at + 1, byteAt(message, at))).push_back('.');
        return (name.empty() ? "." : name) + ' ' + typeName(numberAt(message, *end - 4));
    }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<makeProtocol<Dns>>("dns", "DNS over TCP");
    info.pairing = Pairing::identifier;
    info.pipeline = 256;
    info.responseTimeout = Duration::seconds(10);
    info.mayGreet = false;
    return info;
}

} // namespace proximux::dns
