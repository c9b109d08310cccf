#include <proximux/wire/ProxyHeaderReader.h>

#include <proximux/Number.h>
#include <proximux/base/Decimal.h>

#include <algorithm>

namespace proximux
{

namespace
{

constexpr const char* EXPECTED = "a PROXY header was expected";
constexpr const char* LINE_TOO_LONG = "a PROXY header that is malformed (version 1, no CRLF within 107 bytes)";
constexpr const char* LONE_END = "a PROXY header that is malformed (version 1, a CR or LF within the line)";
constexpr const char* WRONG_FIELDS =
    "a PROXY header that is malformed (version 1, expected TCP4 or TCP6, two such addresses and two ports)";
constexpr const char* UNKNOWN_COMMAND = "a PROXY header that is malformed (version 2, neither LOCAL nor PROXY)";
constexpr const char* UNKNOWN_FAMILY = "a PROXY header that is malformed (version 2, not a family of streams)";
constexpr const char* TOO_LONG = "a PROXY header that is malformed (version 2, longer than 4096 bytes)";
constexpr const char* TOO_SHORT = "a PROXY header that is malformed (version 2, too short for its addresses)";
constexpr const char* WRONG_EXTENSION = "a PROXY header that is malformed (version 2, an extension)";
constexpr const char* WRONG_SUM = "a PROXY header that is malformed (version 2, its checksum)";

constexpr std::size_t SHORTEST = 15; ///< bytes of "PROXY UNKNOWN\r\n"; a header of version 2 is longer
constexpr Bytes UNKNOWN = "PROXY UNKNOWN";

/// The bytes of a line of version 1 that come at least behind one with so many blanks: what is left of its address or
/// port may be nothing.
constexpr std::size_t STILL_TO_COME[] = {1, 1, 9, 6, 4, 2};
constexpr std::size_t BLANKS = 5;
constexpr unsigned LAST_PORT = 65535;

constexpr std::size_t AT_COMMAND = 12; ///< in version 2
constexpr std::size_t AT_FAMILY = 13;
constexpr std::size_t AT_LENGTH = 14;

constexpr std::size_t EXTENSION_FIXED = 3; ///< type and length
constexpr std::size_t SIZE_OF_SUM = 4;

bool begins(Bytes bytes, Bytes beginning)
{
    const std::size_t size = std::min(bytes.size(), beginning.size());
    return bytes.substr(0, size) == beginning.substr(0, size);
}

std::vector<Bytes> fieldsOf(Bytes line)
{
    std::vector<Bytes> fields;
    for (;;)
    {
        const std::size_t end = line.find(' ');
        fields.push_back(line.substr(0, end));
        if (end == Bytes::npos)
            return fields;
        line.remove_prefix(end + 1);
    }
}

/// Of a field of 108 bytes; that of an abstract socket begins with '@' here.
ProxyEnd endOfPath(Bytes field)
{
    ProxyEnd end;
    end.family = ProxyEnd::Family::local;
    const bool isAbstract = field.front() == '\0' && field.find_first_not_of('\0') != Bytes::npos;
    end.path = std::string(field.substr(isAbstract ? 1 : 0));
    end.path.resize(std::min(end.path.find('\0'), end.path.size()));
    if (isAbstract)
        end.path.insert(end.path.begin(), '@');
    return end;
}

/// Calls visit(type, value) for each extension, until it returns false. Returns whether they fit exactly and all were
/// taken.
template <class Visit>
bool eachExtension(Bytes rest, const Visit& visit)
{
    while (!rest.empty())
    {
        if (rest.size() < EXTENSION_FIXED)
            return false;
        const auto size = static_cast<std::size_t>(numberAt(rest, 1, 2));
        if (rest.size() - EXTENSION_FIXED < size)
            return false;
        if (!visit(static_cast<unsigned char>(rest.front()), rest.substr(EXTENSION_FIXED, size)))
            return false;
        rest.remove_prefix(EXTENSION_FIXED + size);
    }
    return true;
}

} // namespace

std::size_t ProxyHeaderReader::wanted() const
{
    if (_bytes.size() < SHORTEST)
        return SHORTEST - _bytes.size();
    if (isV2())
    {
        if (_bytes.size() < ProxyHeader::FIXED_OF_V2)
            return ProxyHeader::FIXED_OF_V2 - _bytes.size();
        return ProxyHeader::FIXED_OF_V2 + static_cast<std::size_t>(numberAt(_bytes, AT_LENGTH, 2)) - _bytes.size();
    }
    const std::size_t ending = _bytes.back() == '\r' ? 1 : 2;
    if (begins(UNKNOWN, Bytes(_bytes).substr(0, UNKNOWN.size())))
        return ending;
    const auto blanks = static_cast<std::size_t>(std::count(_bytes.begin(), _bytes.end(), ' '));
    return blanks < BLANKS ? STILL_TO_COME[blanks] : ending;
}

ProxyHeaderReader::State ProxyHeaderReader::take(Bytes bytes)
{
    _bytes += bytes;
    if (!begins(_bytes, proxyheader::BEGIN_V1) && !begins(_bytes, proxyheader::BEGIN_V2))
        return fail(EXPECTED);
    return isV2() ? takeV2() : takeV1();
}

ProxyHeaderReader::State ProxyHeaderReader::fail(const char* why)
{
    _why = why;
    return State::malformed;
}

/// The same, for those that say whether all is well.
bool ProxyHeaderReader::refuse(const char* why)
{
    _why = why;
    return false;
}

/// The two have no byte in common.
bool ProxyHeaderReader::isV2() const
{
    return !_bytes.empty() && _bytes.front() == proxyheader::BEGIN_V2.front();
}

// ------------------------------------------------------------------------------------------------ version 1

ProxyHeaderReader::State ProxyHeaderReader::takeV1()
{
    const std::size_t end = _bytes.find_first_of("\r\n");
    if (end == std::string::npos)
        return _bytes.size() < ProxyHeader::MOST_OF_V1 ? State::more : fail(LINE_TOO_LONG);
    if (_bytes[end] == '\n' || end + 2 < _bytes.size() || (end + 2 == _bytes.size() && _bytes.back() != '\n'))
        return fail(LONE_END);
    if (end + 2 > ProxyHeader::MOST_OF_V1)
        return fail(LINE_TOO_LONG);
    return end + 2 == _bytes.size() ? parseV1() : State::more;
}

ProxyHeaderReader::State ProxyHeaderReader::parseV1()
{
    const Bytes line = Bytes(_bytes).substr(0, _bytes.size() - 2);
    if (begins(UNKNOWN, line.substr(0, UNKNOWN.size())) &&
        (line.size() == UNKNOWN.size() || line[UNKNOWN.size()] == ' '))
        return State::complete;
    return parseEnds(fieldsOf(line)) ? State::complete : fail(WRONG_FIELDS);
}

bool ProxyHeaderReader::parseEnds(const std::vector<Bytes>& fields)
{
    if (fields.size() != BLANKS + 1 || (fields[1] != "TCP4" && fields[1] != "TCP6"))
        return false;
    const bool v6 = fields[1] == "TCP6";
    ProxyEnd* const ends[] = {&_header.source, &_header.destination};
    for (std::size_t i = 0; i < 2; ++i)
    {
        const Bytes text = fields[2 + i];
        const auto address = AddressRange::addressOf(text);
        const auto port = strictDecimal(fields[4 + i], LAST_PORT);
        if (!address || !port || (text.find(':') != Bytes::npos) != v6)
            return false;
        *ends[i] = ProxyEnd::of(*address, static_cast<std::uint16_t>(*port));
    }
    return true;
}

// ------------------------------------------------------------------------------------------------ version 2

ProxyHeaderReader::State ProxyHeaderReader::takeV2()
{
    if (_bytes.size() < ProxyHeader::FIXED_OF_V2)
        return State::more;
    const auto command = byteAt(_bytes, AT_COMMAND);
    if (command != proxyheader::COMMAND_LOCAL && command != proxyheader::COMMAND_PROXY)
        return fail(UNKNOWN_COMMAND);
    if (numberAt(_bytes, AT_LENGTH, 2) > ProxyHeader::MOST_OF_V2)
        return fail(TOO_LONG);
    return wanted() > 0 ? State::more : parseV2();
}

/// What a sender says of a connection of its own, or of one without addresses, is passed over.
ProxyHeaderReader::State ProxyHeaderReader::parseV2()
{
    _header.isLocal = byteAt(_bytes, AT_COMMAND) == proxyheader::COMMAND_LOCAL;
    if (_header.isLocal || byteAt(_bytes, AT_FAMILY) == 0)
        return State::complete;
    Bytes rest = Bytes(_bytes).substr(ProxyHeader::FIXED_OF_V2);
    if (!parseAddresses(rest))
        return State::malformed;
    return parseExtensions(rest) ? State::complete : State::malformed;
}

/// Takes the addresses from the rest.
bool ProxyHeaderReader::parseAddresses(Bytes& rest)
{
    const auto family = byteAt(_bytes, AT_FAMILY);
    const bool isPath = family == proxyheader::STREAM_LOCAL;
    if (!isPath && family != proxyheader::STREAM_V4 && family != proxyheader::STREAM_V6)
        return refuse(UNKNOWN_FAMILY);
    const std::size_t size = isPath ? ProxyHeader::SIZE_OF_PATH : family == proxyheader::STREAM_V4 ? 4 : 16;
    const std::size_t ports = isPath ? 0 : 4;
    if (rest.size() < 2 * size + ports)
        return refuse(TOO_SHORT);
    ProxyEnd* const ends[] = {&_header.source, &_header.destination};
    for (std::size_t i = 0; i < 2; ++i)
    {
        const Bytes field = rest.substr(i * size, size);
        *ends[i] = isPath ? endOfPath(field)
                          : ProxyEnd::of(AddressRange::addressOf(field.data(), size),
                                         static_cast<std::uint16_t>(numberAt(rest, 2 * size + 2 * i, 2)));
    }
    rest.remove_prefix(2 * size + ports);
    return true;
}

bool ProxyHeaderReader::parseExtensions(Bytes rest)
{
    if (eachExtension(rest, [this](unsigned char type, Bytes value) { return parseExtension(type, value); }))
        return true;
    return *_why == '\0' ? refuse(WRONG_EXTENSION) : false;
}

bool ProxyHeaderReader::parseExtension(unsigned char type, Bytes value)
{
    switch (type)
    {
    case ProxyHeader::ALPN:
        _header.alpn = value;
        return true;
    case ProxyHeader::AUTHORITY:
        _header.authority = value;
        return true;
    case ProxyHeader::UNIQUE_ID:
        _header.uniqueId = value;
        return value.size() <= ProxyHeader::MOST_OF_ID;
    case ProxyHeader::SSL:
        return parseSsl(value);
    case ProxyHeader::CRC32C:
        if (value.size() != SIZE_OF_SUM)
            return false;
        if (proxyheader::crc32c(_bytes, static_cast<std::size_t>(value.data() - _bytes.data())) != readNumber(value))
            return refuse(WRONG_SUM);
        return true;
    default:
        return true;
    }
}

bool ProxyHeaderReader::parseSsl(Bytes value)
{
    _header.ssl = value;
    return value.size() >= proxyheader::SSL_FIXED && eachExtension(value.substr(proxyheader::SSL_FIXED),
                                                                   [this](unsigned char type, Bytes text)
                                                                   {
                                                                       if (type == proxyheader::SSL_VERSION)
                                                                           _header.tlsVersion = text;
                                                                       if (type == proxyheader::SSL_COMMON_NAME)
                                                                           _header.certificateName = text;
                                                                       return true;
                                                                   });
}

} // namespace proximux
