#include <proximux/protocol/mongodb/Bson.h>

#include <proximux/Number.h>

#include <algorithm>
#include <cstring>

namespace proximux::mongodb
{

std::uint32_t numberAt(Bytes bytes, std::size_t at)
{
    return static_cast<std::uint32_t>(proximux::numberAt(bytes, at, LENGTH, ByteOrder::little));
}

void appendNumber(std::string& text, std::uint32_t number)
{
    proximux::appendNumber(text, number, LENGTH, ByteOrder::little);
}

std::optional<std::size_t> fixedSize(unsigned type)
{
    switch (type)
    {
    case 0x06: // undefined
    case 0x0A: // null
    case 0x7F: // the largest key
    case 0xFF: // the smallest key
        return 0;
    case type::BOOLEAN:
        return 1;
    case type::INT32:
        return 4;
    case type::DOUBLE:
    case 0x09: // a date
    case 0x11: // a timestamp
    case type::INT64:
        return 8;
    case 0x07: // an object id
        return 12;
    case 0x13: // a decimal
        return 16;
    default:
        return std::nullopt;
    }
}

std::optional<std::size_t> sizeByLength(unsigned type, std::uint32_t length)
{
    constexpr std::size_t OBJECT_ID = 12;
    constexpr std::size_t LEAST_SCOPED = 14;
    if (length > LARGEST)
        return std::nullopt;
    switch (type)
    {
    case type::STRING:
    case type::CODE:
    case type::SYMBOL:
        return length > 0 ? std::optional(LENGTH + length) : std::nullopt;
    case type::POINTER:
        return length > 0 ? std::optional(LENGTH + length + OBJECT_ID) : std::nullopt;
    case type::BINARY:
        return LENGTH + 1 + length;
    case type::DOCUMENT:
    case type::ARRAY:
        return length >= LEAST_DOCUMENT ? std::optional<std::size_t>(length) : std::nullopt;
    case type::SCOPED_CODE:
        return length >= LEAST_SCOPED ? std::optional<std::size_t>(length) : std::nullopt;
    default:
        return std::nullopt;
    }
}

bool isTrue(unsigned type, Bytes value)
{
    if (type == type::DOUBLE && value.size() == sizeof(double))
    {
        const std::uint64_t bits = readNumber(value, ByteOrder::little);
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        return number != 0;
    }
    return (type == type::BOOLEAN || type == type::INT32 || type == type::INT64) &&
           value.find_first_not_of('\0') != Bytes::npos;
}

Document::Document(Bytes bytes)
{
    if (bytes.size() < LENGTH)
    {
        _state = State::cut;
        return;
    }
    const std::size_t size = numberAt(bytes, 0);
    if (size < LEAST_DOCUMENT || size > LARGEST)
        _state = State::invalid;
    else
        _rest = bytes.substr(LENGTH, size - LENGTH);
    _isCut = bytes.size() < size;
}

bool Document::next(Element& element)
{
    if (_state != State::going)
        return false;
    if (_rest.empty())
        return end(_isCut ? State::cut : State::invalid);
    if (_rest.front() == '\0')
        return end(_rest.size() > 1 || _isCut ? State::invalid : State::complete);
    const std::size_t nameEnd = _rest.find('\0', 1);
    if (nameEnd == Bytes::npos)
        return end(_isCut ? State::cut : State::invalid);
    element.type = static_cast<unsigned char>(_rest.front());
    element.name = _rest.substr(1, nameEnd - 1);
    const auto size = valueSize(element.type, _rest.substr(nameEnd + 1));
    if (!size)
        return false;
    element.value = _rest.substr(nameEnd + 1, *size);
    element.whole = _rest.substr(0, nameEnd + 1 + *size);
    _rest.remove_prefix(element.whole.size());
    return true;
}

bool Document::end(State state)
{
    _state = state;
    return false;
}

std::optional<std::size_t> Document::valueSize(unsigned type, Bytes rest)
{
    auto size = fixedSize(type);
    if (type == type::REGEX)
    {
        const std::size_t pattern = rest.find('\0');
        const std::size_t options = pattern == Bytes::npos ? pattern : rest.find('\0', pattern + 1);
        size = options == Bytes::npos ? rest.size() + 1 : options + 1;
    }
    else if (!size && rest.size() >= LENGTH)
        size = sizeByLength(type, numberAt(rest, 0));
    else if (!size)
        size = rest.size() + 1;
    if (!size)
        end(State::invalid);
    else if (*size > rest.size())
    {
        end(_isCut ? State::cut : State::invalid);
        size.reset();
    }
    return size;
}

} // namespace proximux::mongodb
