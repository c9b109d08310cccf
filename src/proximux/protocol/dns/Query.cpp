#include <proximux/protocol/dns/Query.h>

namespace proximux::dns
{

namespace
{

constexpr unsigned LONGEST_LABEL = 63;  ///< bytes
constexpr std::size_t MAX_NAME = 255;   ///< bytes
constexpr unsigned TRUNCATED = 2;       ///< in the first byte of the flags
constexpr std::size_t SERIAL_BACK = 20; ///< an SOA's data end with five numbers, of which the first is the serial
constexpr std::size_t MIN_SOA = SERIAL_BACK + 2;

/// The end of the name at `at`, or nothing if it is invalid. Pointers may only lead backwards, so every name ends.
std::optional<std::size_t> skipName(Bytes message, std::size_t at, bool mayPoint)
{
    std::optional<std::size_t> end;
    std::size_t start = at;
    std::size_t length = 0;
    while (at < message.size())
    {
        const unsigned label = byteAt(message, at);
        if (label >= POINTER)
        {
            if (!mayPoint || at + 2 > message.size())
                return std::nullopt;
            end = end.value_or(at + 2);
            const std::size_t target = PREFIX + (numberAt(message, at) & 0x3FFFU);
            if (target < HEADER || target >= start)
                return std::nullopt;
            at = start = target;
            continue;
        }
        length += label + 1;
        if (label > LONGEST_LABEL || length > MAX_NAME)
            return std::nullopt;
        at += label + 1;
        if (label == 0)
            return end.value_or(at);
    }
    return std::nullopt;
}

struct Record
{
    bool ofRoot = false; ///< its name is empty
    unsigned type = 0;
    Bytes data;
};

/// Reads the record at `at` and moves `at` after it. Returns nothing if it is invalid.
std::optional<Record> readRecord(Bytes message, std::size_t& at)
{
    const auto name = skipName(message, at, true);
    if (!name || *name + RECORD > message.size())
        return std::nullopt;
    const std::size_t size = numberAt(message, *name + 8);
    if (*name + RECORD + size > message.size())
        return std::nullopt;
    const Record read{*name == at + 1, numberAt(message, *name), message.substr(*name + RECORD, size)};
    at = *name + RECORD + size;
    return read;
}

/// Whether these are EDNS options: a sequence of code, size and data.
bool areOptions(Bytes data)
{
    while (data.size() >= 4)
    {
        const std::size_t size = 4 + numberAt(data, 2);
        if (size > data.size())
            return false;
        data.remove_prefix(size);
    }
    return data.empty();
}

/// Reads the serial that an IXFR sends.
bool readZone(Bytes message, std::size_t& at, std::optional<std::uint32_t>& serial)
{
    const auto record = readRecord(message, at);
    if (!record || record->type != SOA || record->data.size() < MIN_SOA)
        return false;
    serial = static_cast<std::uint32_t>(readNumber(record->data.substr(record->data.size() - SERIAL_BACK, 4)));
    return true;
}

/// Accepts options at most once, and a signature as the last record only.
bool readAdditional(Bytes message, std::size_t& at, bool& isSigned)
{
    bool options = false;
    for (unsigned left = numberAt(message, 12); left > 0; --left)
    {
        const auto record = readRecord(message, at);
        if (!record)
            return false;
        isSigned = left == 1 && (record->type == TSIG || record->type == SIG);
        const bool isOptions = record->type == OPT && record->ofRoot && !options && areOptions(record->data);
        if (!isSigned && !isOptions)
            return false;
        options = true;
    }
    return true;
}

/// Whether the class is allowed (RFC 6895, 3.2); the others are reserved, for updates, or unassigned. Some servers
/// leave such a question unanswered and finally stop reading from the connection.
bool isClass(unsigned number)
{
    return number == INTERNET || number == CHAOS || number == HESIOD;
}

} // namespace

std::optional<std::size_t> questionEnd(Bytes message)
{
    const auto name = skipName(message, HEADER, false);
    if (!name || *name + 4 > message.size())
        return std::nullopt;
    return *name + 4;
}

Query::Query(Bytes message, bool whole)
{
    const auto question = numberAt(message, 6) == 1 ? questionEnd(message) : std::nullopt;
    end = question.value_or(HEADER);
    type = question ? numberAt(message, end - 4) : 0;
    std::size_t at = end;
    const bool isTransfer = type == IXFR;
    const bool isQuery = (byteAt(message, 4) >> 3U & 15U) == 0; // neither update nor notification
    const bool malformed = !question || !whole || (byteAt(message, 4) & TRUNCATED) != 0 || numberAt(message, 8) != 0 ||
                           numberAt(message, 10) != (isTransfer ? 1 : 0) ||
                           (isTransfer && !readZone(message, at, serial)) || !readAdditional(message, at, isSigned) ||
                           at != message.size();
    if (isQuery && malformed)
        refusal = FORMAT_ERROR;
    else if (!isQuery || type == TKEY || !isClass(numberAt(message, end - 2)))
        refusal = NOT_IMPLEMENTED; // TKEY negotiates a key in several rounds
}

} // namespace proximux::dns
