#include <proximux/protocol/MemcachedFramer.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace proximux
{

using Kind = Framer::Progress::Kind;

namespace
{

constexpr std::size_t MAX_WORDS = 8;

std::optional<std::uint64_t> number(Bytes text)
{
    constexpr std::size_t DIGITS = 10;
    if (text.empty() || text.size() > DIGITS || text.find_first_not_of("0123456789") != Bytes::npos)
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text)
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value;
}

bool isOneOf(Bytes word, std::initializer_list<Bytes> words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool beginsWith(Bytes line, Bytes beginning)
{
    return line.substr(0, beginning.size()) == beginning;
}

} // namespace

MemcachedHeader::MemcachedHeader(Bytes bytes)
    : magic(static_cast<unsigned char>(bytes[0]))
    , opcode(static_cast<unsigned char>(bytes[1]))
    , keySize(static_cast<std::size_t>(readNumber(bytes.substr(2, 2))))
    , extrasSize(static_cast<unsigned char>(bytes[4]))
    , status(static_cast<unsigned>(readNumber(bytes.substr(6, 2))))
    , bodySize(readNumber(bytes.substr(8, 4)))
    , opaque(static_cast<std::uint32_t>(readNumber(bytes.substr(12, 4))))
{
}

std::size_t memcachedWords(Bytes line, Bytes* words, std::size_t most)
{
    std::size_t count = 0;
    std::size_t at = line.find_first_not_of(' ');
    while (at != Bytes::npos && count < most)
    {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        words[count++] = line.substr(at, end - at);
        at = line.find_first_not_of(' ', end);
    }
    return count;
}

bool MemcachedText::takeLine(Bytes input, std::size_t& at, Bytes& line)
{
    const std::size_t end = input.find('\n', at);
    if (end == Bytes::npos)
        return false;
    line = input.substr(at, end - at);
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    at = end + 1;
    return true;
}

bool MemcachedText::takeData(Bytes input, std::size_t& at)
{
    if (_data > 2)
    {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(_data - 2, input.size() - at));
        _data -= n;
        at += n;
    }
    for (; _data > 0 && _data <= 2 && at < input.size(); ++at, --_data)
        if (input[at] != (_data == 2 ? '\r' : '\n'))
            return false;
    return true;
}

// ------------------------------------------------------------------------------------------------ requests

Framer::Progress MemcachedRequestFramer::feed(Bytes input)
{
    std::size_t at = 0;
    if (_data == 0 && _block == 0 && static_cast<unsigned char>(input[0]) == MemcachedHeader::REQUEST)
    {
        if (input.size() < MemcachedHeader::SIZE)
            return {};
        const MemcachedHeader header(input);
        if (header.bodySize > MAX_DATA || header.keySize + header.extrasSize > header.bodySize)
            return {Kind::malformed, 0, "a memcached packet whose parts do not fit"};
        _block = MemcachedHeader::SIZE + header.bodySize;
    }
    if (_block > 0)
    {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(_block, input.size()));
        _block -= n;
        return {_block == 0 ? Kind::complete : Kind::partial, n, ""};
    }
    if (_data == 0)
    {
        Bytes line;
        if (!takeLine(input, at, line))
            return input.size() > MAX_LINE ? Progress{Kind::malformed, 0, "a memcached line that is too long"}
                                           : Progress{};
        Bytes words[MAX_WORDS];
        const std::size_t count = memcachedWords(line, words, MAX_WORDS);
        const bool classic = isOneOf(words[0], {"set", "add", "replace", "append", "prepend", "cas"});
        if (!classic && words[0] != "ms")
            return {Kind::complete, at, ""};
        const std::size_t place = classic ? 4 : 2;
        const auto size = count > place ? number(words[place]) : std::nullopt;
        if (!size || *size > MAX_DATA)
            return {Kind::malformed, 0, "a memcached command whose length is no number"};
        _data = *size + 2;
    }
    if (!takeData(input, at))
        return {Kind::malformed, at, "memcached data that does not end where it should"};
    return {_data == 0 ? Kind::complete : Kind::partial, at, ""};
}

// ------------------------------------------------------------------------------------------------ responses

Framer::Progress MemcachedResponseFramer::feed(Bytes input)
{
    const bool begins = _block == 0 && _data == 0 && !_more;
    if (begins)
        _binary =
            (_hint & memcachedhint::BINARY) != 0 || static_cast<unsigned char>(input[0]) == MemcachedHeader::RESPONSE;
    return _binary ? feedBinary(input) : feedText(input);
}

/// A run is dealt with line by line, so that the answer to our mn can be left out.
Framer::Progress MemcachedResponseFramer::feedText(Bytes input)
{
    const bool run = (_hint & memcachedhint::RUN) != 0;
    std::size_t at = 0;
    while (at < input.size())
    {
        if (_data > 0)
        {
            if (!takeData(input, at))
                return {Kind::malformed, at, "memcached data that does not end where it should"};
            if (_data > 0)
                break;
        }
        else
        {
            Bytes line;
            const std::size_t from = at;
            if (!takeLine(input, at, line))
            {
                if (input.size() - at > MAX_LINE)
                    return {Kind::malformed, at, "a memcached line that is too long"};
                break;
            }
            if (!_more)
                _traits.clear();
            const bool value = beginsWith(line, "VALUE ");
            const bool meta = beginsWith(line, "VA ");
            _more = value || beginsWith(line, "STAT ") || beginsWith(line, "ITEM ") || beginsWith(line, "PREFIX ") ||
                    beginsWith(line, "key=") || beginsWith(line, "mg ");
            if (value || meta)
            {
                Bytes words[MAX_WORDS];
                const std::size_t count = memcachedWords(line, words, MAX_WORDS);
                const std::size_t place = value ? 3 : 1;
                const auto size = count > place ? number(words[place]) : std::nullopt;
                if (!size || *size > MAX_DATA)
                    return {Kind::malformed, from, "a memcached value whose length is no number"};
                _data = *size + 2;
            }
            if (run)
            {
                _traits.kind = line == "MN" ? ResponseTraits::Kind::final : ResponseTraits::Kind::more;
                _traits.swallowed = line == "MN";
            }
        }
        if (_data == 0 && !_more)
            return {Kind::complete, at, ""};
    }
    return {Kind::partial, at, ""};
}

Framer::Progress MemcachedResponseFramer::feedBinary(Bytes input)
{
    if (_block == 0)
    {
        if (static_cast<unsigned char>(input[0]) != MemcachedHeader::RESPONSE)
            return {Kind::malformed, 0, "something else than a memcached packet"};
        if (input.size() < MemcachedHeader::SIZE)
            return {};
        const MemcachedHeader header(input);
        if (header.bodySize > MAX_DATA)
            return {Kind::malformed, 0, "a memcached packet that is too long"};
        _block = MemcachedHeader::SIZE + header.bodySize;
        _traits.clear();
        constexpr unsigned NOOP = 0x0a;
        if ((_hint & memcachedhint::RUN) != 0)
        {
            const bool ours = header.opcode == NOOP && header.opaque == MEMCACHED_OUR_OPAQUE;
            _traits.kind = ours ? ResponseTraits::Kind::final : ResponseTraits::Kind::more;
            _traits.swallowed = ours;
        }
        else
        {
            if ((_hint & memcachedhint::STATS) != 0 && header.bodySize > 0 && header.status == 0)
                _traits.kind = ResponseTraits::Kind::more;
            _traits.check = 1ULL << 63U | std::uint64_t{header.opcode} << 32U | header.opaque;
        }
    }
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(_block, input.size()));
    _block -= n;
    return {_block == 0 ? Kind::complete : Kind::partial, n, ""};
}

} // namespace proximux
