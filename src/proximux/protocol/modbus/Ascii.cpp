#include <proximux/protocol/modbus/Form.h>

#include <proximux/protocol/modbus/Body.h>
#include <proximux/protocol/modbus/Serial.h>

#include <algorithm>

namespace proximux::modbus
{

namespace
{

// ":" two digits for each byte of the body, two of the checksum, CR LF
constexpr std::size_t COLON = 1;
constexpr std::size_t END = 2;
constexpr std::size_t MIN_DIGITS = 6;
constexpr std::size_t MAX_DIGITS = 2 * (MAX_BODY + 1);

/// The value of a digit, or -1.
int valueOf(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/// The number of digits in front.
std::size_t digitsOf(Bytes text)
{
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return valueOf(c) < 0; });
    return static_cast<std::size_t>(end - text.begin());
}

/// The bytes that these digits mean, without an odd one.
std::string decode(Bytes digits)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes += static_cast<char>(valueOf(digits[i]) * 16 + valueOf(digits[i + 1]));
    return bytes;
}

/// The byte that makes the sum of all 0.
char checksumOf(Bytes body)
{
    unsigned sum = 0;
    for (const char c : body)
        sum += static_cast<unsigned char>(c);
    return static_cast<char>(0U - sum);
}

/// The message at the beginning of some bytes.
struct Line
{
    explicit Line(Bytes input);

    [[nodiscard]] Bytes body() const { return Bytes(bytes).substr(0, bytes.size() - 1); }

    const char* wrong = nullptr; ///< why there is none
    std::size_t size = 0;        ///< of the message; 0: its end is not visible
    std::string bytes;           ///< the body and its checksum
};

Line::Line(Bytes input)
{
    if (input.empty())
        return;
    const std::size_t digits = digitsOf(input.substr(COLON, MAX_DIGITS + 1));
    const Bytes end = input.substr(COLON + digits, END);
    if (input.front() != ':')
        wrong = "a Modbus ASCII message without its colon";
    else if (digits > MAX_DIGITS)
        wrong = "a Modbus ASCII message longer than 513 bytes";
    else if (end != Bytes("\r\n").substr(0, end.size()))
        wrong = "a Modbus ASCII message with other characters than digits";
    if (wrong != nullptr || end.size() < END)
        return;
    size = COLON + digits + END;
    bytes = decode(input.substr(COLON, digits));
    if (digits % 2 != 0 || digits < MIN_DIGITS)
        wrong = "a Modbus ASCII message with an impossible length";
    else if (checksumOf(bytes) != '\0')
        wrong = "a Modbus ASCII message with a wrong checksum";
}

class AsciiRequestFramer : public Framer
{
public:
    Progress feed(Bytes input) override
    {
        const Line line(input);
        if (line.wrong != nullptr)
            return {Progress::Kind::malformed, 0, line.wrong};
        return {line.size == 0 ? Progress::Kind::partial : Progress::Kind::complete, line.size, ""};
    }
};

class AsciiResponseFramer : public SerialResponses
{
public:
    using SerialResponses::SerialResponses;

    Progress feed(Bytes input) override
    {
        const Line line(input);
        if (line.wrong != nullptr)
            return noise();
        if (line.size == 0)
            return {};
        const std::size_t size = sizeOfResponse(line.body());
        const bool fits = (size == UNKNOWN || size == line.body().size()) && mayBegin(line.body(), line.body().size());
        return fits ? response(line.body(), line.size) : noise();
    }
};

class Ascii : public Form
{
public:
    [[nodiscard]] bool isSerial() const override { return true; }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<AsciiRequestFramer>();
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer(bool anyUnit) const override
    {
        return std::make_unique<AsciiResponseFramer>(anyUnit);
    }

    [[nodiscard]] Bytes bodyOf(Bytes message, std::string& scratch) const override
    {
        const Bytes rest = message.substr(std::min(COLON, message.size()));
        scratch = decode(rest.substr(0, digitsOf(rest)));
        return Bytes(scratch).substr(0, scratch.size() - std::min<std::size_t>(1, scratch.size()));
    }

    [[nodiscard]] Bytes transactionOf(Bytes) const override { return {}; }

    [[nodiscard]] std::string message(Bytes, Bytes body) const override
    {
        constexpr char DIGITS[] = "0123456789ABCDEF";
        std::string bytes(body);
        bytes += checksumOf(body);
        std::string text = ":";
        for (const char c : bytes)
        {
            text += DIGITS[static_cast<unsigned char>(c) >> 4U];
            text += DIGITS[static_cast<unsigned char>(c) & 15U];
        }
        return text += "\r\n";
    }
};

} // namespace

const Form& ascii()
{
    static const Ascii FORM;
    return FORM;
}

} // namespace proximux::modbus
