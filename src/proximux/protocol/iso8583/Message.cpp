#include <proximux/protocol/iso8583/Message.h>

#include <proximux/Number.h>

#include <algorithm>

namespace proximux::iso8583
{

namespace
{

constexpr std::size_t TYPE = 4;
constexpr std::size_t BITMAP = 8;

/// The format of a field: of fixed size, or with 2 or 3 digits of length before at most `size` bytes.
struct Format
{
    enum class Kind
    {
        digits,
        text, ///< printable ASCII
        binary
    };

    Kind kind;
    std::size_t counted; ///< digits of length; 0: fixed
    std::size_t size;    ///< bytes
};

constexpr Format n(std::size_t size)
{
    return {Format::Kind::digits, 0, size};
}

constexpr Format an(std::size_t size)
{
    return {Format::Kind::text, 0, size};
}

constexpr Format b(std::size_t size)
{
    return {Format::Kind::binary, 0, size};
}

constexpr Format ll(Format::Kind kind, std::size_t most)
{
    return {kind, 2, most};
}

constexpr Format lll(std::size_t most)
{
    return {Format::Kind::text, 3, most};
}

constexpr Format::Kind DIGITS = Format::Kind::digits;
constexpr Format::Kind TEXT = Format::Kind::text;

/// Fields 2 to 70 of ISO 8583:1987.
constexpr Format FORMATS[] = {
    ll(DIGITS, 19), n(6),           n(12),        n(12),        n(12),    n(10),    // 2-7
    n(8),           n(8),           n(8),         n(6),         n(6),     n(4),     // 8-13
    n(4),           n(4),           n(4),         n(4),         n(4),     n(3),     // 14-19
    n(3),           n(3),           n(3),         n(3),         n(3),     n(2),     // 20-25
    n(2),           n(1),           an(9),        an(9),        an(9),    an(9),    // 26-31
    ll(DIGITS, 11), ll(DIGITS, 11), ll(TEXT, 28), ll(TEXT, 37), lll(104), an(12),   // 32-37
    an(6),          an(2),          an(3),        an(8),        an(15),   an(40),   // 38-43
    ll(TEXT, 25),   ll(TEXT, 76),   lll(999),     lll(999),     lll(999), an(3),    // 44-49
    an(3),          an(3),          b(8),         n(16),        lll(120), lll(999), // 50-55
    lll(999),       lll(999),       lll(999),     lll(999),     lll(999), lll(999), // 56-61
    lll(999),       lll(999),       b(8),         b(8),         n(1),     n(2),     // 62-67
    n(3),           n(3),           n(3),                                           // 68-70
};

static_assert(sizeof FORMATS / sizeof *FORMATS == Message::MANAGEMENT - 1, "a format for each field from 2 on");

bool areDigits(Bytes bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isPrintable(Bytes bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Whether this may be the first half of a bitmap in hexadecimal digits. As a binary one it has no terminal (field 41).
bool isHexadecimal(Bytes bytes)
{
    return std::all_of(bytes.begin(), bytes.end(),
                       [](char c)
                       { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); });
}

} // namespace

Message::Message(Bytes bytes, unsigned last)
{
    std::size_t at = 0;
    if (!readHeader(bytes, at))
        return;
    for (unsigned field = 2; field <= last; ++field)
        if (has(field) && !readField(bytes, at, field))
            return;
    state = State::complete;
}

bool Message::readHeader(Bytes bytes, std::size_t& at)
{
    if (bytes.size() < PREFIX)
        return false;
    size = PREFIX + static_cast<std::size_t>(readNumber(bytes.substr(0, PREFIX)));
    at = PREFIX;
    if (size < PREFIX + TYPE + BITMAP)
        return refuse("an ISO 8583 message with a length below 12");
    if (!take(bytes, at, TYPE, type))
        return false;
    if (!areDigits(type))
        return refuse("an ISO 8583 message type that is not 4 ASCII digits");
    if (type[0] != '0')
        return refuse("an ISO 8583 version other than 1987");
    if (category() < '1' || category() > '8')
        return refuse("an unassigned ISO 8583 message class");
    Bytes bitmap;
    if (!take(bytes, at, BITMAP, bitmap))
        return false;
    if (isHexadecimal(bitmap))
        return refuse("an ISO 8583 bitmap in hexadecimal digits (not supported)");
    bitmaps[0] = readNumber(bitmap);
    if (has(1) && !take(bytes, at, BITMAP, bitmap))
        return false;
    bitmaps[1] = has(1) ? readNumber(bitmap) : 0;
    if (has(65))
        return refuse("an ISO 8583 message with a third bitmap (not supported)");
    hasBitmaps = true;
    return true;
}

bool Message::readField(Bytes bytes, std::size_t& at, unsigned field)
{
    const Format& format = FORMATS[field - 2];
    std::size_t length = format.size;
    if (format.counted != 0)
    {
        Bytes digits;
        if (!take(bytes, at, format.counted, digits))
            return false;
        if (!areDigits(digits))
            return refuse("an ISO 8583 field length that is not ASCII digits");
        length = 0;
        for (const char digit : digits)
            length = length * 10 + static_cast<std::size_t>(digit - '0');
        if (length > format.size)
            return refuse("an ISO 8583 field longer than its format allows");
    }
    Bytes value;
    if (!take(bytes, at, length, value))
        return false;
    if (format.kind == Format::Kind::digits && !areDigits(value))
        return refuse("a numeric ISO 8583 field with other characters than digits");
    if (format.kind == Format::Kind::text && !isPrintable(value))
        return refuse("an ISO 8583 field with characters that are not printable ASCII");
    if (field == 11)
        stan = value;
    else if (field == 39)
        responseCode = value;
    else if (field == PAIRED)
        terminal = value;
    else if (field == MANAGEMENT)
        management = value;
    return true;
}

/// Takes the next bytes. Returns false if they are not there yet, or not within the message.
bool Message::take(Bytes bytes, std::size_t& at, std::size_t count, Bytes& taken)
{
    if (count > size - at)
        return refuse("an ISO 8583 field that extends past its message");
    if (bytes.size() < at + count)
        return false;
    taken = bytes.substr(at, count);
    at += count;
    return true;
}

bool Message::refuse(const char* why)
{
    state = State::malformed;
    reason = why;
    return false;
}

} // namespace proximux::iso8583
