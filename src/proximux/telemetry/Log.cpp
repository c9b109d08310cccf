#include <proximux/Log.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

namespace proximux
{

namespace
{

constexpr std::string_view REPLACEMENT = "\xEF\xBF\xBD"; // U+FFFD
constexpr char HEX[] = "0123456789abcdef";

/// One step through bytes that may be UTF-8.
struct Piece
{
    std::size_t size = 1; ///< of a character, or of a maximal invalid piece
    bool valid = false;
};

bool isBetween(unsigned char byte, unsigned low, unsigned high)
{
    return byte >= low && byte <= high;
}

/// Number of bytes after a lead byte; 0: not a lead byte.
std::size_t followersOf(unsigned char lead)
{
    if (isBetween(lead, 0xC2, 0xDF))
        return 1;
    if (isBetween(lead, 0xE0, 0xEF))
        return 2;
    return isBetween(lead, 0xF0, 0xF4) ? 3 : 0;
}

/// Whether the byte may be the second of a character: excludes overlong forms, surrogates and anything above U+10FFFF.
bool isSecond(unsigned char lead, unsigned char byte)
{
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return isBetween(byte, low, high);
}

/// The character or invalid piece at the beginning of non-empty bytes.
Piece nextPiece(std::string_view bytes)
{
    const auto at = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char lead = at(0);
    if (lead < 0x80)
        return {1, true};
    const std::size_t followers = followersOf(lead);
    std::size_t size = 1;
    while (size <= followers && size < bytes.size() &&
           (size == 1 ? isSecond(lead, at(1)) : isBetween(at(size), 0x80, 0xBF)))
        ++size;
    return {size, followers > 0 && size == followers + 1};
}

void appendUnicodeEscape(std::string& out, unsigned code)
{
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U})
        out += HEX[code >> shift & 15U];
}

/// The letter of the short escape of this character, or 0.
char shortEscape(unsigned char byte)
{
    switch (byte)
    {
    case '"':
        return '"';
    case '\\':
        return '\\';
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

void appendAscii(std::string& out, unsigned char byte)
{
    if (const char letter = shortEscape(byte))
    {
        out += '\\';
        out += letter;
    }
    else if (byte < 0x20 || byte == 0x7F)
        appendUnicodeEscape(out, byte);
    else
        out += static_cast<char>(byte);
}

/// The code point of a character of two or three bytes.
unsigned codeOf(std::string_view character)
{
    const auto low = [character](std::size_t i) { return static_cast<unsigned char>(character[i]) & 0x3FU; };
    const auto lead = static_cast<unsigned char>(character[0]);
    return character.size() == 2 ? (lead & 0x1FU) << 6U | low(1) : (lead & 0x0FU) << 12U | low(1) << 6U | low(2);
}

/// Characters that end a line in JavaScript, control a terminal, or change the direction of text.
bool isUnsafe(unsigned code)
{
    constexpr unsigned MARKS[] = {0x061C, 0x200E, 0x200F, 0xFEFF};
    return code < 0xA0 || std::find(std::begin(MARKS), std::end(MARKS), code) != std::end(MARKS) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void appendCharacter(std::string& out, std::string_view character)
{
    const unsigned code = character.size() < 4 ? codeOf(character) : 0xFFFF;
    if (isUnsafe(code))
        appendUnicodeEscape(out, code);
    else
        out += character;
}

void appendString(std::string& out, std::string_view bytes)
{
    out.reserve(out.size() + bytes.size() + 2);
    out += '"';
    while (!bytes.empty())
    {
        const Piece piece = nextPiece(bytes);
        const std::string_view character = bytes.substr(0, piece.size);
        if (!piece.valid)
            out += REPLACEMENT;
        else if (piece.size == 1)
            appendAscii(out, static_cast<unsigned char>(character[0]));
        else
            appendCharacter(out, character);
        bytes.remove_prefix(piece.size);
    }
    out += '"';
}

/// Avoids printf, whose decimal point depends on the host program's locale.
std::string threeDecimals(double value)
{
    if (!std::isfinite(value))
        return "null";
    if (std::fabs(value) >= 1e15)
        return std::fabs(value) < 9e18 ? std::to_string(std::llround(value)) : "null";
    const long long thousandths = std::llround(std::fabs(value) * 1000.0);
    const std::string fraction = std::to_string(1000 + thousandths % 1000);
    const bool negative = value < 0 && thousandths != 0;
    return (negative ? "-" : "") + std::to_string(thousandths / 1000) + "." + fraction.substr(1);
}

bool isDecimal(char c)
{
    return c >= '0' && c <= '9';
}

bool isHexadecimal(char c)
{
    return isDecimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The beginning of the decimal group that ends at `end`.
std::size_t groupBegin(std::string_view address, std::size_t end)
{
    while (end > 0 && isDecimal(address[end - 1]))
        --end;
    return end;
}

std::string maskGroups(std::string_view address)
{
    const std::size_t last = groupBegin(address, address.size());
    if (last == 0 || last == address.size() || address[last - 1] != '.')
        return std::string(address);
    const std::size_t first = groupBegin(address, last - 1);
    if (first == last - 1)
        return std::string(address);
    return std::string(address.substr(0, first)) + "x.x";
}

std::string maskParts(std::string_view address)
{
    std::string masked;
    while (!address.empty())
    {
        std::size_t hidden = 0;
        while (hidden < 2 && hidden < address.size() && isHexadecimal(address[hidden]))
            ++hidden;
        if (hidden > 0)
            masked += 'x';
        const std::size_t colon = address.find(':', hidden);
        const std::size_t end = colon == std::string_view::npos ? address.size() : colon + 1;
        masked += address.substr(hidden, end - hidden);
        address.remove_prefix(end);
    }
    return masked;
}

/// The limit of the process; see Log::limit().
std::atomic<int> highestLevel{static_cast<int>(LogLevel::debug)};

Poco::Message::Priority priorityOf(LogLevel level)
{
    switch (level)
    {
    case LogLevel::error:
        return Poco::Message::PRIO_ERROR;
    case LogLevel::info:
        return Poco::Message::PRIO_INFORMATION;
    case LogLevel::debug:
        break;
    }
    return Poco::Message::PRIO_DEBUG;
}

} // namespace

void JsonText::name(std::string_view key)
{
    if (!_members.empty())
        _members += ',';
    appendString(_members, key);
    _members += ':';
}

JsonText& JsonText::add(std::string_view key, std::string_view value)
{
    name(key);
    appendString(_members, value);
    return *this;
}

JsonText& JsonText::add(std::string_view key, std::int64_t value)
{
    name(key);
    _members += std::to_string(value);
    return *this;
}

JsonText& JsonText::add(std::string_view key, double value)
{
    name(key);
    _members += threeDecimals(value);
    return *this;
}

JsonText& JsonText::add(std::string_view key, bool value)
{
    name(key);
    _members += value ? "true" : "false";
    return *this;
}

JsonText& JsonText::add(std::string_view key, const JsonText& object)
{
    const std::string text = object.toString(); // before the name is added: `object` may be *this
    name(key);
    _members += text;
    return *this;
}

std::string toJsonString(std::string_view bytes)
{
    std::string text;
    appendString(text, bytes);
    return text;
}

std::string maskAddress(std::string_view address)
{
    return address.find('.', 1) != std::string_view::npos ? maskGroups(address) : maskParts(address);
}

const std::string Log::KIND = "kind";
const std::string Log::SERVICE = "service";

Log::Log(bool maskAddresses, std::string service)
    : _service(std::move(service))
    , _loggers{&Poco::Logger::get("proximux.server"), &Poco::Logger::get("proximux.exchange"),
               &Poco::Logger::get("proximux.target"), &Poco::Logger::get("proximux.pool")}
    , _maskAddresses(maskAddresses)
{
}

bool Log::wants(LogScope scope, LogLevel level) const
{
    return static_cast<int>(level) <= highestLevel.load(std::memory_order_relaxed) &&
           logger(scope).is(priorityOf(level));
}

void Log::limit(int level)
{
    highestLevel.store(level, std::memory_order_relaxed);
}

void Log::text(LogScope scope, LogLevel level, const std::string& text) const
{
    if (wants(scope, level))
        write(scope, level, text, nullptr);
}

/// kind: null for plain text.
void Log::write(LogScope scope, LogLevel level, const std::string& text, const char* kind) const
{
    Poco::Message message(logger(scope).name(), text, priorityOf(level));
    if (kind != nullptr)
        message.set(KIND, kind);
    if (!_service.empty())
        message.set(SERVICE, _service);
    logger(scope).log(message);
}

void Log::object(LogScope scope, LogLevel level, const JsonText& object) const
{
    if (wants(scope, level))
        write(scope, level, object.toString(), "object");
}

void Log::failure(LogScope scope, const std::string& name, const std::string& message) const
{
    if (!wants(scope, LogLevel::error))
        return;
    JsonText error;
    error.add("name", name).add("message", message);
    write(scope, LogLevel::error, error.toString(), "error");
}

std::string Log::address(const std::string& host, std::uint16_t port) const
{
    const std::string shown = _maskAddresses ? maskAddress(host) : host;
    return port == 0 ? shown : shown + ":" + std::to_string(port);
}

std::string Log::host(const std::string& host) const
{
    const bool isName =
        host.find(':') == std::string::npos && host.find_first_not_of("0123456789.") != std::string::npos;
    return _maskAddresses && !isName ? maskAddress(host) : host;
}

} // namespace proximux
