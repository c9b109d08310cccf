#include <proximux/protocol/modbus/Body.h>

#include <proximux/Number.h>

#include <algorithm>
#include <iterator>

namespace proximux::modbus
{

namespace
{

constexpr std::size_t HEAD = 2; ///< unit and function
constexpr unsigned DIAGNOSTICS = 8;
constexpr unsigned ENCAPSULATED = 43;
constexpr unsigned DEVICE_IDENTIFICATION = 14; ///< the kind of encapsulated transport whose size is known

/// The sizes of messages with these functions.
struct Size
{
    unsigned first; ///< range of functions
    unsigned last;
    std::size_t size;    ///< bytes of the body, excluding counted ones
    std::size_t countAt; ///< offset of the number that counts these; 0: none
    std::size_t width;   ///< bytes of that number
};

constexpr Size REQUESTS[] = {{1, 6, 6, 0, 0},     {7, 7, 2, 0, 0},   {8, 8, 6, 0, 0},   {11, 12, 2, 0, 0},
                             {15, 16, 7, 6, 1},   {17, 17, 2, 0, 0}, {20, 21, 3, 2, 1}, {22, 22, 8, 0, 0},
                             {23, 23, 11, 10, 1}, {24, 24, 4, 0, 0}, {43, 43, 5, 0, 0}};

constexpr Size RESPONSES[] = {{1, 4, 3, 2, 1},   {5, 6, 6, 0, 0},   {7, 7, 3, 0, 0},   {8, 8, 6, 0, 0},
                              {11, 11, 6, 0, 0}, {12, 12, 3, 2, 1}, {15, 16, 6, 0, 0}, {17, 17, 3, 2, 1},
                              {20, 21, 3, 2, 1}, {22, 22, 8, 0, 0}, {23, 23, 3, 2, 1}, {24, 24, 4, 2, 2}};

std::size_t within(std::size_t size)
{
    return size <= MAX_BODY ? size : UNKNOWN;
}

template <std::size_t N>
std::size_t sizeIn(const Size (&sizes)[N], Bytes body)
{
    const unsigned function = byteAt(body, 1);
    const Size* found =
        std::find_if(std::begin(sizes), std::end(sizes),
                     [function](const Size& each) { return function >= each.first && function <= each.last; });
    if (found == std::end(sizes))
        return UNKNOWN;
    if (found->countAt == 0)
        return found->size;
    if (body.size() < found->countAt + found->width)
        return MORE;
    return within(found->size + static_cast<std::size_t>(readNumber(body.substr(found->countAt, found->width))));
}

/// Of a device identification: objects, each with its number and its length, behind their count.
std::size_t sizeOfIdentification(Bytes body)
{
    constexpr std::size_t COUNT_AT = 7;
    constexpr std::size_t OBJECT = 2;
    std::size_t size = COUNT_AT + 1;
    if (body.size() < size)
        return MORE;
    for (unsigned objects = byteAt(body, COUNT_AT); objects > 0; --objects)
    {
        if (within(size + OBJECT) == UNKNOWN)
            return UNKNOWN;
        if (body.size() < size + OBJECT)
            return MORE;
        size += OBJECT + byteAt(body, size + 1);
    }
    return within(size);
}

/// Whether this encapsulated message is, or may become, one whose size is known.
bool mayBeIdentification(Bytes body)
{
    return body.size() <= HEAD || byteAt(body, HEAD) == DEVICE_IDENTIFICATION;
}

const char* functionName(unsigned function)
{
    switch (function)
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
        return nullptr;
    }
}

std::string beginOf(Bytes body)
{
    const char* name = functionName(functionOf(body));
    return "unit " + std::to_string(unitOf(body)) + ": " +
           (name != nullptr ? name : "function " + std::to_string(functionOf(body)));
}

/// The number of bytes behind the head that a response to this function repeats.
std::size_t repeats(unsigned function)
{
    switch (function)
    {
    case 5:
    case 6:
    case 15:
    case 16:
        return 4; // address, and value or quantity
    case 21:
    case 22:
        return 6;
    case DIAGNOSTICS:
    case ENCAPSULATED:
        return 2; // the subfunction; the kind and the code
    default:
        return 0;
    }
}

} // namespace

std::size_t sizeOfRequest(Bytes body)
{
    if (body.size() < HEAD)
        return MORE;
    if (byteAt(body, 1) == ENCAPSULATED && !mayBeIdentification(body))
        return UNKNOWN;
    return sizeIn(REQUESTS, body);
}

std::size_t sizeOfResponse(Bytes body)
{
    if (body.size() < HEAD)
        return MORE;
    if (isException(body))
        return HEAD + 1;
    if (byteAt(body, 1) != ENCAPSULATED)
        return sizeIn(RESPONSES, body);
    return mayBeIdentification(body) ? sizeOfIdentification(body) : UNKNOWN;
}

bool hasItsSize(Bytes body)
{
    const unsigned function = byteAt(body, 1);
    if (function == DIAGNOSTICS || function == ENCAPSULATED)
        return true;
    const std::size_t size = sizeOfRequest(body);
    // what lacks its count is too short
    return size == body.size() || (size == UNKNOWN && sizeOfRequest(body.substr(0, HEAD)) == UNKNOWN);
}

std::size_t sizeOfAnswer(Bytes request)
{
    constexpr std::size_t QUANTITY_AT = 4;
    constexpr std::size_t BEFORE_DATA = 3;
    const unsigned function = byteAt(request, 1);
    if (function == 21)
        return request.size(); // it is repeated
    const bool bits = function == 1 || function == 2;
    if (!bits && function != 3 && function != 4 && function != 23)
        return 0;
    const auto quantity = static_cast<std::size_t>(readNumber(request.substr(QUANTITY_AT, 2)));
    return BEFORE_DATA + (bits ? (quantity + 7) / 8 : 2 * quantity);
}

bool isRead(unsigned function)
{
    constexpr unsigned READS[] = {1, 2, 3, 4, 7, 11, 12, 17, 20, 24};
    return std::find(std::begin(READS), std::end(READS), function) != std::end(READS);
}

bool isBroadcast(Bytes body)
{
    constexpr unsigned WRITES[] = {5, 6, 15, 16, 22};
    return unitOf(body) == 0 && std::find(std::begin(WRITES), std::end(WRITES), byteAt(body, 1)) != std::end(WRITES);
}

bool hasRightValues(Bytes body)
{
    constexpr std::size_t VALUE_AT = 4;
    constexpr std::size_t SIZE_AT = 6;
    const std::uint64_t value = readNumber(body.substr(VALUE_AT, 2));
    switch (byteAt(body, 1))
    {
    case 5:
        return value == 0 || value == 0xFF00;
    case 15:
        return value >= 1 && value <= 1968 && byteAt(body, SIZE_AT) == (value + 7) / 8;
    case 16:
        return value >= 1 && value <= 123 && byteAt(body, SIZE_AT) == 2 * value;
    default:
        return true;
    }
}

std::uint64_t checkOf(Bytes body, bool anyUnit)
{
    return 0x10000U | (anyUnit ? 0 : unitOf(body)) << 8U | functionOf(body);
}

std::uint64_t detailedCheckOf(Bytes body, bool anyUnit)
{
    return (checkOf(body, anyUnit) & 0xFFFFU) << 48U | readNumber(body.substr(HEAD, repeats(byteAt(body, 1))));
}

std::string describeRequest(Bytes body, std::size_t limit)
{
    if (body.size() < HEAD)
        return std::string("incomplete").substr(0, limit);
    std::string text = beginOf(body);
    if (body.size() >= HEAD + 4 && byteAt(body, 1) <= 24)
        text += ' ' + std::to_string(readNumber(body.substr(HEAD, 2))) + ", " +
                std::to_string(readNumber(body.substr(HEAD + 2, 2)));
    return text.substr(0, limit);
}

std::string describeAnswer(Bytes body, std::size_t limit)
{
    if (body.size() < HEAD)
        return std::string("incomplete").substr(0, limit);
    std::string text = beginOf(body);
    if (isException(body) && body.size() > HEAD)
        text += ": exception " + std::to_string(byteAt(body, HEAD));
    return text.substr(0, limit);
}

} // namespace proximux::modbus
