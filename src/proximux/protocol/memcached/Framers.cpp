#include <proximux/protocol/memcached/Framers.h>

#include <proximux/protocol/memcached/Binary.h>
#include <proximux/protocol/memcached/Command.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace proximux::memcached
{

using Kind = Framer::Progress::Kind;

namespace
{

constexpr std::size_t MAX_COMMAND = Command::MAX_LINE;
constexpr std::size_t MAX_PIECE = 8192; ///< of a command that servers take if it comes in one piece
constexpr std::size_t MAX_LINE = 65536; ///< of a response

bool beginsWith(Bytes line, Bytes beginning)
{
    return line.substr(0, beginning.size()) == beginning;
}

} // namespace

bool Reader::takeLine(Bytes input, std::size_t& at, Bytes& line)
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

bool Reader::takeData(Bytes input, std::size_t& at)
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

Framer::Progress RequestFramer::feed(Bytes input)
{
    const bool begins = _data == 0 && _block == 0 && !_keys;
    if (_block > 0 || (begins && static_cast<unsigned char>(input[0]) == Header::REQUEST))
        return feedBinary(input);
    std::size_t at = 0;
    if (begins)
    {
        const Progress line = feedLine(input);
        if (_data == 0)
            return line;
        at = line.taken;
    }
    if (_keys)
        return feedKeys(input);
    if (!takeData(input, at))
        return {Kind::malformed, at, "a memcached data block without its final CRLF"};
    return {_data == 0 ? Kind::complete : Kind::partial, at, ""};
}

/// If a header does not define where its message ends, only the header is taken.
Framer::Progress RequestFramer::feedBinary(Bytes input)
{
    if (_block == 0)
    {
        if (input.size() < Header::SIZE)
            return {};
        const Header header(input);
        _block = Header::SIZE + (header.isSound() ? header.bodySize : 0);
    }
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(_block, input.size()));
    _block -= n;
    return {_block == 0 ? Kind::complete : Kind::partial, n, ""};
}

/// A CR may follow the last key.
Framer::Progress RequestFramer::feedKeys(Bytes input)
{
    _keys = true;
    for (std::size_t at = 0; at < input.size(); ++at)
    {
        const char c = input[at];
        const bool ends = c == '\n' || (_word == Command::MAX_KEY && (c == ' ' || c == '\r'));
        if (_word >= Command::MAX_KEY && !ends)
            return {Kind::malformed, at, "a memcached key longer than 250 bytes"};
        _word = c == ' ' || c == '\n' ? 0 : _word + 1;
        _keys = c != '\n';
        if (!_keys)
            return {Kind::complete, at + 1, ""};
    }
    return {Kind::partial, input.size(), ""};
}

/// Takes a command line. If data follows, sets `_data` to its size.
Framer::Progress RequestFramer::feedLine(Bytes input)
{
    const std::size_t end = input.find('\n');
    const bool touches = beginsWith(input, "gat ") || beginsWith(input, "gats ");
    const std::size_t most = touches ? MAX_PIECE : MAX_COMMAND;
    if (end == Bytes::npos && input.size() <= most)
        return {};
    if (std::min(end, input.size()) > MAX_COMMAND && (beginsWith(input, "get ") || beginsWith(input, "gets ")))
        return feedKeys(input);
    if (std::min(end, input.size()) > most)
        return {Kind::malformed, 0,
                touches ? "a memcached command line longer than 8,192 bytes"
                        : "a memcached command line longer than 2,048 bytes"};
    const Bytes line = input.substr(0, end);
    if (line.find('\0') != Bytes::npos)
        return {Kind::malformed, 0, "a memcached line containing a NUL byte"};
    const Command command(line);
    if (!command.isStorage())
        return {Kind::complete, end + 1, ""};
    const auto size = command.dataSize();
    if (!size)
        return {Kind::malformed, 0, "a memcached storage command with invalid arguments"};
    _data = *size + 2;
    return {Kind::partial, end + 1, ""};
}

// ------------------------------------------------------------------------------------------------ responses

Framer::Progress ResponseFramer::feed(Bytes input)
{
    const bool begins = _block == 0 && _data == 0 && !_more;
    if (begins)
        _binary = (_hint & hint::BINARY) != 0 || static_cast<unsigned char>(input[0]) == Header::RESPONSE;
    return _binary ? feedBinary(input) : feedText(input);
}

namespace
{

bool isValue(Bytes line)
{
    return beginsWith(line, "VALUE ") || beginsWith(line, "CONFIG ");
}

/// Whether further lines follow this one.
bool isOneOfMany(Bytes line)
{
    constexpr Bytes BEGINNINGS[] = {"STAT ", "ITEM ", "PREFIX ", "key=", "mg "};
    return isValue(line) || std::any_of(std::begin(BEGINNINGS), std::end(BEGINNINGS),
                                        [line](Bytes beginning) { return beginsWith(line, beginning); });
}

/// Size of the data after a line, including its CRLF; nothing if the line is invalid.
std::optional<std::uint64_t> dataBehind(Bytes line)
{
    const bool value = isValue(line);
    if (!value && !beginsWith(line, "VA "))
        return 0;
    constexpr std::size_t MOST = 4;
    Bytes words[MOST];
    splitWords(line, words, MOST);
    const auto size = decimal(words[value ? 3 : 1], Command::MAX_DATA);
    return size ? std::optional(*size + 2) : std::nullopt;
}

} // namespace

/// Treats a run message by message, so that the response to the added command can be discarded. In observed traffic the
/// client itself added an mn.
void ResponseFramer::runLine(Bytes line)
{
    const bool ours = beginsWith(line, "VERSION ") || line == "MN";
    _traits.kind = ours ? ResponseTraits::Kind::final : ResponseTraits::Kind::more;
    _traits.swallowed = ours;
}

Framer::Progress ResponseFramer::feedText(Bytes input)
{
    std::size_t at = 0;
    while (at < input.size())
    {
        if (_data > 0)
        {
            if (!takeData(input, at))
                return {Kind::malformed, at, "a memcached data block without its final CRLF"};
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
                    return {Kind::malformed, at, "a memcached response line longer than 64 KiB"};
                break;
            }
            if (!_more)
                _traits.clear();
            const auto size = dataBehind(line);
            if (!size)
                return {Kind::malformed, from, "a memcached value with an invalid length"};
            _data = *size;
            _more = isOneOfMany(line) || (line == "OK" && (_hint & hint::DUMP) != 0);
            if ((_hint & hint::RUN) != 0)
                runLine(line);
        }
        if (_data == 0 && !_more)
            return {Kind::complete, at, ""};
    }
    return {Kind::partial, at, ""};
}

Framer::Progress ResponseFramer::feedBinary(Bytes input)
{
    if (_block == 0)
    {
        if (static_cast<unsigned char>(input[0]) != Header::RESPONSE)
            return {Kind::malformed, 0, "not a memcached packet"};
        if (input.size() < Header::SIZE)
            return {};
        const Header header(input);
        if (header.bodySize > Header::MAX_BODY)
            return {Kind::malformed, 0, "a memcached packet longer than 1 GiB"};
        _block = Header::SIZE + header.bodySize;
        _traits.clear();
        constexpr unsigned NOOP = 0x0a;
        if ((_hint & hint::RUN) != 0)
        {
            const bool ours = header.opcode == NOOP && header.opaque == OUR_OPAQUE;
            _traits.kind = ours ? ResponseTraits::Kind::final : ResponseTraits::Kind::more;
            _traits.swallowed = ours;
        }
        else
        {
            const bool quiet = (_hint & hint::WATCHED) != 0 && header.opcode != _hint >> hint::OPCODE;
            if (quiet || ((_hint & hint::STATS) != 0 && header.bodySize > 0 && header.status == 0))
                _traits.kind = ResponseTraits::Kind::more;
            _traits.check = 1ULL << 63U | std::uint64_t{header.opcode} << 32U | header.opaque;
        }
    }
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(_block, input.size()));
    _block -= n;
    return {_block == 0 ? Kind::complete : Kind::partial, n, ""};
}

} // namespace proximux::memcached
