#include <proximux/wire/LengthFramer.h>

#include <algorithm>

namespace proximux
{

namespace
{

/// A digit's value, or -1.
int digit(unsigned char c, unsigned base)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (base == 16 && c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (base == 16 && c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

std::optional<std::uint64_t> text(Bytes field, unsigned base)
{
    std::uint64_t value = 0;
    for (const char c : field)
    {
        const int d = digit(static_cast<unsigned char>(c), base);
        if (d < 0)
            return std::nullopt;
        value = value * base + static_cast<unsigned>(d);
    }
    return value;
}

std::optional<std::uint64_t> bcd(Bytes field)
{
    std::uint64_t value = 0;
    for (const char c : field)
    {
        const unsigned high = static_cast<unsigned char>(c) >> 4U;
        const unsigned low = static_cast<unsigned char>(c) & 15U;
        if (high > 9 || low > 9)
            return std::nullopt;
        value = value * 100 + std::uint64_t{high} * 10 + low;
    }
    return value;
}

} // namespace

LengthFramer::LengthFramer(const LengthField& field, std::size_t max)
    : _field(field)
    , _max(max)
{
}

Framer::Progress LengthFramer::feed(Bytes input)
{
    if (_left == 0)
    {
        const std::size_t header = _field.offset + _field.width;
        if (input.size() < header)
            return {};
        const Progress progress = begin(input.substr(0, header));
        if (progress.kind == Progress::Kind::malformed)
            return progress;
        _shown = false;
    }
    if (!_shown && input.size() < std::min(_left, _field.header))
        return {};
    _shown = true;
    const std::size_t taken = std::min(input.size(), _left);
    _left -= taken;
    return {_left == 0 ? Progress::Kind::complete : Progress::Kind::partial, taken, ""};
}

Framer::Progress LengthFramer::begin(Bytes header)
{
    const auto read = value(header.substr(_field.offset));
    if (!read)
        return {Progress::Kind::malformed, 0, "a length field with non-digit characters"};
    if (*read < _field.min)
        return {Progress::Kind::malformed, 0, "a length below exchange.length_min"};
    // check the bound before adding: the value may use all 64 bits
    if (*read > _max + static_cast<std::uint64_t>(std::max<std::int64_t>(-_field.adjust, 0)))
        return {Progress::Kind::malformed, 0, "a message longer than exchange.max_message"};
    const std::int64_t follows = static_cast<std::int64_t>(*read) + _field.adjust;
    if (follows < 0)
        return {Progress::Kind::malformed, 0, "a length smaller than its own header"};
    const std::uint64_t size = header.size() + static_cast<std::uint64_t>(follows);
    if (size > _max)
        return {Progress::Kind::malformed, 0, "a message longer than exchange.max_message"};
    if (size < _field.minMessage)
        return {Progress::Kind::malformed, 0, "a message shorter than its header"};
    _left = static_cast<std::size_t>(size);
    return {};
}

std::optional<std::uint64_t> LengthFramer::value(Bytes field) const
{
    switch (_field.encoding)
    {
    case LengthField::Encoding::bcd:
        return bcd(field);
    case LengthField::Encoding::decimal:
        return text(field, 10);
    case LengthField::Encoding::hexadecimal:
        return text(field, 16);
    case LengthField::Encoding::binary:
        break;
    }
    return readNumber(field, _field.order);
}

} // namespace proximux
