#include <proximux/protocol/Dns.h>

#include <proximux/protocol/DnsTransfer.h>

#include <algorithm>
#include <optional>

namespace proximux
{

namespace
{

constexpr IdField ID{2, 2, ByteOrder::big};
constexpr std::size_t PREFIX = 2;
constexpr std::size_t HEADER = PREFIX + 12;
constexpr std::size_t MAX_QUESTION = 255 + 4;
constexpr unsigned RESPONSE = 0x80; ///< in the first byte of the flags
constexpr unsigned SERVFAIL = 2;
constexpr unsigned NOT_IMPLEMENTED = 4;
constexpr unsigned REFUSED = 5;
constexpr unsigned STATEFUL = 6; ///< opcode, RFC 8490: agreements on the connection, which is not the client's

constexpr unsigned SOA = 6;
constexpr unsigned SIG = 24;
constexpr unsigned TSIG = 250;
constexpr unsigned IXFR = 251;
constexpr unsigned AXFR = 252;

unsigned byteAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

unsigned numberAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned>(readNumber(bytes.substr(at, 2)));
}

/// Where the name that begins here ends, or nothing: it is none, or not all of it is there.
std::optional<std::size_t> skipName(Bytes message, std::size_t at)
{
    while (at < message.size())
    {
        const unsigned length = byteAt(message, at);
        if (length == 0)
            return at + 1;
        if (length >= 0xC0)
            return at + 2 <= message.size() ? std::optional(at + 2) : std::nullopt;
        if (length > 63)
            return std::nullopt;
        at += length + 1;
    }
    return std::nullopt;
}

/// Where the first question ends, or nothing.
std::optional<std::size_t> questionEnd(Bytes message)
{
    const auto name = skipName(message, HEADER);
    if (!name || *name + 4 > message.size())
        return std::nullopt;
    return *name + 4;
}

/// Whether the name of the first question, which is whole, goes on elsewhere: a server may spell it out.
bool isCompressed(Bytes message)
{
    std::size_t at = HEADER;
    while (byteAt(message, at) != 0 && byteAt(message, at) < 0xC0)
        at += byteAt(message, at) + 1;
    return byteAt(message, at) != 0;
}

/// Of the only question: name, without regard to case, type and class; never 0. 0: there is not one question that could
/// be compared. Some servers answer what they don't understand with a header that says there is one, and nothing
/// behind.
std::uint64_t checkOf(Bytes message)
{
    const auto end = numberAt(message, 6) == 1 ? questionEnd(message) : std::nullopt;
    if (!end || isCompressed(message))
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

/// Whether the last record signs the message. Its id must not be changed then.
bool isSigned(Bytes message)
{
    if (numberAt(message, 12) == 0)
        return false;
    std::size_t at = HEADER;
    for (unsigned n = numberAt(message, 6); n > 0; --n)
    {
        const auto end = skipName(message, at);
        if (!end)
            return false;
        at = *end + 4;
    }
    unsigned type = 0;
    for (unsigned n = numberAt(message, 8) + numberAt(message, 10) + numberAt(message, 12); n > 0; --n)
    {
        const auto end = skipName(message, at);
        if (!end || *end + 10 > message.size())
            return false;
        type = numberAt(message, *end);
        at = *end + 10 + numberAt(message, *end + 8);
    }
    return type == TSIG || type == SIG;
}

constexpr std::uint32_t WHOLE_ZONE = 1; ///< hint: an AXFR; another one: an IXFR from this serial on

/// The hint of an IXFR: the serial in the SOA behind its question, or the next that is no other hint.
std::uint32_t differencesFrom(Bytes request, std::size_t questionEnd)
{
    constexpr std::size_t NUMBERS = 20; // at the end of an SOA, the first is the serial
    const auto name = skipName(request, questionEnd);
    std::uint64_t serial = 0;
    if (name && *name + 10 <= request.size() && numberAt(request, *name) == SOA)
    {
        const std::size_t end = *name + 10 + numberAt(request, *name + 8);
        if (end <= request.size() && end - *name - 10 >= NUMBERS)
            serial = readNumber(request.substr(end - NUMBERS, 4));
    }
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(serial, WHOLE_ZONE + 1));
}

/// Requests and responses are delimited alike; the question is shown before anything is taken.
class Delimiter
{
public:
    explicit Delimiter(bool response)
        : _response(response)
    {
    }

    template <class Begun>
    Framer::Progress feed(Bytes input, Begun begun)
    {
        using Kind = Framer::Progress::Kind;
        if (_left == 0)
        {
            if (input.size() < PREFIX)
                return {};
            const std::size_t size = PREFIX + numberAt(input, 0);
            if (size < HEADER)
                return {Kind::malformed, 0, "a DNS message that is too short for its header"};
            if (input.size() >= 5 && ((byteAt(input, 4) & RESPONSE) != 0) != _response)
                return {Kind::malformed, 0,
                        _response ? "a DNS request in place of a response" : "a DNS response in place of a request"};
            if (input.size() < std::min(size, HEADER + MAX_QUESTION))
                return {};
            _left = size;
            begun(input.substr(0, std::min(size, input.size())));
        }
        const std::size_t taken = std::min(_left, input.size());
        _left -= taken;
        return {_left == 0 ? Kind::complete : Kind::partial, taken, ""};
    }

private:
    bool _response;
    std::size_t _left = 0; ///< of the present message; 0: its header was not seen
};

class Requests : public Framer
{
public:
    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input, [](Bytes) {});
    }

private:
    Delimiter _delimiter{false};
};

class Responses : public ResponseFramer
{
public:
    Progress feed(Bytes input) override
    {
        const Progress progress = _delimiter.feed(input, [this](Bytes beginning) { begin(beginning); });
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

private:
    void begin(Bytes beginning)
    {
        _traits.check = checkOf(beginning);
        if (_hint != 0 && !_transfer)
            _transfer.emplace(_hint == WHOLE_ZONE ? std::nullopt : std::optional(_hint));
        if (_transfer)
            _transfer->begin();
        _traits.kind = _transfer ? ResponseTraits::Kind::more : ResponseTraits::Kind::final;
    }

    Delimiter _delimiter{true};
    ResponseTraits _traits;
    std::uint32_t _hint = 0;
    std::optional<DnsTransfer> _transfer; ///< under way
};

/// The reply that says no more than this code.
std::string replyTo(Bytes request, unsigned code)
{
    const std::size_t end = numberAt(request, 6) == 1 ? questionEnd(request).value_or(HEADER) : HEADER;
    std::string reply(request.substr(0, end));
    writeNumber(reply.size() - PREFIX, reply.data(), 2);
    reply[4] = static_cast<char>((byteAt(reply, 4) & 0x79U) | RESPONSE); // opcode and RD are repeated
    reply[5] = static_cast<char>(code);
    writeNumber(end > HEADER ? 1 : 0, &reply[6], 2);
    std::fill(reply.begin() + 8, reply.begin() + HEADER, '\0');
    return reply;
}

class Dialogue : public Conversation
{
public:
    explicit Dialogue(bool mayTie)
        : _mayTie(mayTie)
    {
    }

    void request(Bytes bytes, bool, RequestTraits& traits) override
    {
        traits.check = checkOf(bytes);
        const std::size_t end = questionEnd(bytes).value_or(HEADER);
        traits.seed.assign(bytes.substr(0, end));
        traits.repeatable = (byteAt(bytes, 4) & 0x78U) == 0; // a query
        const unsigned type = end > HEADER ? numberAt(bytes, end - 4) : 0;
        if ((byteAt(bytes, 4) >> 3U & 15U) == STATEFUL)
            return answer(traits, NOT_IMPLEMENTED);
        if (type == AXFR || type == IXFR)
        {
            traits.ties = traits.frees = ties::TRANSFER;
            traits.keepsId = true;
            traits.hint = type == AXFR ? WHOLE_ZONE : differencesFrom(bytes, end);
        }
        else if (isSigned(bytes))
        {
            traits.ties = traits.frees = ties::SIGNATURE;
            traits.keepsId = true;
        }
        if (traits.ties != 0 && !_mayTie)
            answer(traits, REFUSED);
    }

    bool failed(const RequestTraits& traits, Failure, std::string& reply) override
    {
        reply = replyTo(traits.seed, SERVFAIL);
        return true;
    }

private:
    static void answer(RequestTraits& traits, unsigned code)
    {
        traits.local = traits.refused = true;
        traits.reply = replyTo(traits.seed, code);
    }

    bool _mayTie;
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
    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override { return std::make_unique<Requests>(); }

    /// Asks for the name servers of the root, as far as the target knows them itself: it need not ask others first.
    [[nodiscard]] std::string probe(std::uint32_t number) const override
    {
        std::string request("\0\x11\0\0\0\0\0\1\0\0\0\0\0\0\0\0\2\0\1", 19);
        writeNumber(number, &request[2], 2);
        return request;
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<Responses>();
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<Dialogue>(settings.ties);
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
            return "unfinished";
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

std::unique_ptr<Protocol> makeDnsProtocol(const Framing&)
{
    return std::make_unique<Dns>();
}

} // namespace proximux
