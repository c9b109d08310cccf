#include <proximux/protocol/modbus/Modbus.h>

#include <algorithm>
#include <proximux/protocol/Delimited.h>

namespace proximux::modbus
{

namespace
{

constexpr IdField TRANSACTION{0, 2, ByteOrder::big};
constexpr std::size_t BEFORE_UNIT = 6; ///< bytes that the length excludes
constexpr std::size_t HEADER = 8;      ///< including unit and function
constexpr std::size_t MIN_LENGTH = 2;
constexpr std::size_t MAX_LENGTH = 254;
constexpr unsigned EXCEPTION = 0x80;

constexpr unsigned WRONG_VALUE = 0x03; ///< illegal data value, such as a length that does not fit
constexpr unsigned NO_PATH = 0x0A;     ///< gateway path unavailable
constexpr unsigned NO_ANSWER = 0x0B;   ///< gateway target device failed to respond

unsigned byteAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

/// The values that a response must repeat besides the transaction id; never 0.
std::uint64_t checkOf(Bytes header)
{
    return 0x10000U | byteAt(header, 6) << 8U | (byteAt(header, 7) & ~EXCEPTION);
}

/// Delimits requests and responses, which have the same form.
class Delimiter
{
public:
    /// begun: called with the header of each message.
    template <class Begun>
    Framer::Progress feed(Bytes input, Begun begun)
    {
        using Kind = Framer::Progress::Kind;
        if (_left == 0)
        {
            if (input.size() >= 4 && readNumber(input.substr(2, 2)) != 0)
                return {Kind::malformed, 0, "a Modbus message with a protocol identifier other than 0"};
            if (input.size() < BEFORE_UNIT)
                return {};
            const auto length = static_cast<std::size_t>(readNumber(input.substr(4, 2)));
            if (length < MIN_LENGTH || length > MAX_LENGTH)
                return {Kind::malformed, 0, "a Modbus message with a length outside 2..254"};
            if (input.size() < HEADER)
                return {};
            _left = BEFORE_UNIT + length;
            begun(input.substr(0, HEADER));
        }
        const std::size_t taken = std::min(_left, input.size());
        _left -= taken;
        return {_left == 0 ? Kind::complete : Kind::partial, taken, ""};
    }

private:
    std::size_t _left = 0; ///< bytes of the current message still to come; 0: its header is not known yet
};

class RequestFramer : public Framer
{
public:
    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input, [](Bytes) {});
    }

private:
    Delimiter _delimiter;
};

class ResponseFramer : public proximux::ResponseFramer
{
public:
    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input, [this](Bytes header) { _traits.check = checkOf(header); });
    }

    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    Delimiter _delimiter;
    ResponseTraits _traits;
};

const char* functionName(unsigned function)
{
    switch (function & ~EXCEPTION)
    {
    case 1:
        return "read coils";
    case 2:
        return "read discrete inputs";
    case 3:
        return "read holding registers";
    case 4:
        return "read input registers";
    case 5:
        return "write coil";
    case 6:
        return "write register";
    case 7:
        return "read exception status";
    case 8:
        return "diagnostics";
    case 11:
        return "read event counter";
    case 12:
        return "read event log";
    case 15:
        return "write coils";
    case 16:
        return "write registers";
    case 17:
        return "report server id";
    case 20:
        return "read file";
    case 21:
        return "write file";
    case 22:
        return "mask write register";
    case 23:
        return "read and write registers";
    case 24:
        return "read queue";
    case 43:
        return "encapsulated transport";
    default:
        return "function";
    }
}

/// Whether the function changes nothing.
bool isRead(unsigned function)
{
    constexpr unsigned READS[] = {1, 2, 3, 4, 7, 11, 12, 17, 20, 24};
    return std::find(std::begin(READS), std::end(READS), function) != std::end(READS);
}

/// Whether this is a write to all units behind a gateway, which none of them answers. Many devices do answer to this
/// unit, though. The next request may follow at once.
bool isBroadcast(Bytes request)
{
    constexpr unsigned WRITES[] = {5, 6, 15, 16, 22};
    return byteAt(request, 6) == 0 &&
           std::find(std::begin(WRITES), std::end(WRITES), byteAt(request, 7)) != std::end(WRITES);
}

/// Whether a write has only valid values. A server that rejects one may discard the bytes after it (libmodbus does),
/// which would be another client's request.
bool hasRightValues(Bytes request)
{
    constexpr std::size_t VALUE_AT = 10;
    constexpr std::size_t SIZE_AT = 12;
    const std::uint64_t value = readNumber(request.substr(VALUE_AT, 2));
    switch (byteAt(request, 7))
    {
    case 5:
        return value == 0 || value == 0xFF00;
    case 15:
        return value >= 1 && value <= 1968 && byteAt(request, SIZE_AT) == (value + 7) / 8;
    case 16:
        return value >= 1 && value <= 123 && byteAt(request, SIZE_AT) == 2 * value;
    default:
        return true;
    }
}

/// Whether the size implied by the function equals the length field. Servers use one or the other: if they differ, a
/// server takes the rest for another request, or the next request for the rest.
bool hasItsSize(Bytes request)
{
    struct Size
    {
        unsigned first; ///< range of functions
        unsigned last;
        std::size_t size;    ///< bytes of the request, excluding counted ones
        std::size_t countAt; ///< offset of the byte that counts these; 0: none
    };
    constexpr Size SIZES[] = {{1, 6, 12, 0},  {7, 7, 8, 0},    {11, 12, 8, 0},   {15, 16, 13, 12}, {17, 17, 8, 0},
                              {20, 21, 9, 8}, {22, 22, 14, 0}, {23, 23, 17, 16}, {24, 24, 10, 0}};
    const unsigned function = byteAt(request, 7);
    for (const Size& each : SIZES)
    {
        if (function < each.first || function > each.last)
            continue;
        if (each.countAt == 0 || request.size() <= each.countAt)
            return request.size() == each.size;
        return request.size() == each.size + byteAt(request, each.countAt);
    }
    return true; // unknown for other functions
}

constexpr unsigned FUNCTIONS = 128;

/// The part for a unit and function. A unit that ignores one function may answer all others, which must not be refused
/// with it.
unsigned partOf(unsigned unit, unsigned function)
{
    return 1 + unit * FUNCTIONS + function % FUNCTIONS;
}

class ClientConversation : public Conversation
{
public:
    void request(Bytes bytes, bool, RequestTraits& traits) override
    {
        traits.check = checkOf(bytes);
        traits.seed.assign(bytes.substr(0, HEADER));
        traits.repeatable = isRead(byteAt(bytes, 7));
        const bool broadcast = isBroadcast(bytes);
        traits.local = !hasItsSize(bytes) || (broadcast && !hasRightValues(bytes));
        traits.refused = traits.local;
        traits.optional = broadcast && !traits.local;
        traits.part = traits.optional ? 0 : partOf(byteAt(bytes, 6), byteAt(bytes, 7));
        if (traits.local)
            traits.reply = exception(bytes, WRONG_VALUE);
    }

    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override
    {
        reply = exception(traits.seed, failure == Failure::unavailable ? NO_PATH : NO_ANSWER);
        return true;
    }

private:
    static std::string exception(Bytes request, unsigned code)
    {
        std::string reply(request.substr(0, HEADER));
        reply[4] = '\0';
        reply[5] = '\3';
        reply[7] = static_cast<char>(byteAt(reply, 7) | EXCEPTION);
        reply.push_back(static_cast<char>(code));
        return reply;
    }
};

class Modbus : public Protocol
{
public:
    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<RequestFramer>();
    }

    /// Reads the first holding register of unit 1; an exception is a valid answer, too.
    [[nodiscard]] std::string probe(std::uint32_t number) const override
    {
        std::string request("\0\0\0\0\0\6\1\3\0\0\0\1", 12);
        writeNumber(number, request.data(), 2);
        return request;
    }

    /// One register, or an exception.
    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        const unsigned function = byteAt(response, 7);
        return function == 3 ? response.size() == 11 && byteAt(response, 8) == 2
                             : function == (3 | EXCEPTION) && response.size() == 9;
    }

    [[nodiscard]] std::unique_ptr<proximux::ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<ResponseFramer>();
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings&) const override
    {
        return std::make_unique<ClientConversation>();
    }

    /// The functions of the units behind a gateway.
    [[nodiscard]] std::size_t parts() const override { return std::size_t{256} * FUNCTIONS; }

    [[nodiscard]] std::string nameOfPart(unsigned part) const override
    {
        return "unit " + std::to_string((part - 1) / FUNCTIONS) + ", function " +
               std::to_string((part - 1) % FUNCTIONS);
    }

    [[nodiscard]] std::optional<IdField> requestId() const override { return TRANSACTION; }
    [[nodiscard]] std::optional<IdField> responseId() const override { return TRANSACTION; }

    /// "unit 1: read holding registers 100, 10"
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        if (request.size() < HEADER)
            return "incomplete";
        std::string text = begin(request);
        if (request.size() >= 12 && byteAt(request, 7) <= 24)
            text += ' ' + std::to_string(readNumber(request.substr(8, 2))) + ", " +
                    std::to_string(readNumber(request.substr(10, 2)));
        return text.substr(0, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        if (response.size() < HEADER)
            return "incomplete";
        std::string text = begin(response);
        if ((byteAt(response, 7) & EXCEPTION) != 0 && response.size() > HEADER)
            text += ": exception " + std::to_string(byteAt(response, 8));
        return text.substr(0, limit);
    }

private:
    static std::string begin(Bytes message)
    {
        const unsigned function = byteAt(message, 7);
        std::string text = "unit " + std::to_string(byteAt(message, 6)) + ": " + functionName(function);
        if (text.back() == 'n' && text.find("function") != std::string::npos)
            text += ' ' + std::to_string(function & ~EXCEPTION);
        return text;
    }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<makeProtocol<Modbus>>("modbus", "Modbus/TCP");
    info.pairing = Pairing::identifier;
    info.pipeline = 1;
    info.responseTimeout = Duration::seconds(2);
    info.mayGreet = false;
    info.settings = {"exchange.modbus_unit_backoff"};
    return info;
}

} // namespace proximux::modbus
