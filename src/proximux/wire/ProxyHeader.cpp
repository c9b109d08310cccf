#include <proximux/wire/ProxyHeader.h>

#include <proximux/Number.h>

namespace proximux
{

namespace
{

constexpr std::size_t IN_MAPPED = 12; ///< bytes before an address of IPv4 in its mapped form

bool isNumeric(const ProxyEnd& end)
{
    return end.family == ProxyEnd::Family::v4 || end.family == ProxyEnd::Family::v6;
}

void appendAddress(std::string& to, const ProxyEnd& end, bool v4)
{
    const auto* bytes = reinterpret_cast<const char*>(end.address.data());
    to.append(v4 ? bytes + IN_MAPPED : bytes, end.address.size() - (v4 ? IN_MAPPED : 0));
}

void appendPath(std::string& to, const ProxyEnd& end)
{
    std::string path = end.path.substr(0, ProxyHeader::SIZE_OF_PATH);
    if (!path.empty() && path.front() == '@')
        path.front() = '\0';
    path.resize(ProxyHeader::SIZE_OF_PATH);
    to += path;
}

/// Appends the addresses. Returns what says of which family they are.
unsigned char appendEnds(std::string& to, const ProxyHeader& header)
{
    const ProxyEnd& source = header.source;
    const ProxyEnd& destination = header.destination;
    if (isNumeric(source) && isNumeric(destination))
    {
        const bool v4 = source.family == ProxyEnd::Family::v4 && destination.family == ProxyEnd::Family::v4;
        appendAddress(to, source, v4);
        appendAddress(to, destination, v4);
        appendNumber(to, source.port, 2);
        appendNumber(to, destination.port, 2);
        return v4 ? proxyheader::STREAM_V4 : proxyheader::STREAM_V6;
    }
    if (source.family != ProxyEnd::Family::local && destination.family != ProxyEnd::Family::local)
        return 0;
    appendPath(to, source);
    appendPath(to, destination);
    return proxyheader::STREAM_LOCAL;
}

void appendExtension(std::string& to, unsigned char type, Bytes value)
{
    appendNumber(to, type, 1);
    appendNumber(to, value.size(), 2);
    to += value;
}

/// What the header has of this extension.
const std::string& valueOf(const ProxyHeader& header, ProxyHeader::Extension type)
{
    static const std::string ZERO(4, '\0'); // the sum is written when all else is
    switch (type)
    {
    case ProxyHeader::ALPN:
        return header.alpn;
    case ProxyHeader::AUTHORITY:
        return header.authority;
    case ProxyHeader::UNIQUE_ID:
        return header.uniqueId;
    case ProxyHeader::SSL:
        return header.ssl;
    case ProxyHeader::CRC32C:
        break;
    }
    return ZERO;
}

std::string textOf(const ProxyEnd& end, bool v4)
{
    const std::string text = AddressRange::textOf(end.address);
    return !v4 && AddressRange::isMapped(end.address) ? "::ffff:" + text : text;
}

} // namespace

const ProxyExtension PROXY_EXTENSIONS[5] = {{"authority", ProxyHeader::AUTHORITY},
                                            {"alpn", ProxyHeader::ALPN},
                                            {"ssl", ProxyHeader::SSL},
                                            {"unique_id", ProxyHeader::UNIQUE_ID},
                                            {"crc32c", ProxyHeader::CRC32C}};

unsigned ProxyExtension::bit() const
{
    return 1U << static_cast<unsigned>(this - PROXY_EXTENSIONS);
}

ProxyEnd ProxyEnd::of(const AddressRange::Address& address, std::uint16_t port)
{
    ProxyEnd end;
    end.family = AddressRange::isMapped(address) ? Family::v4 : Family::v6;
    end.address = address;
    end.port = port;
    return end;
}

std::string ProxyEnd::host() const
{
    if (family == Family::local)
        return "unix:" + path;
    return family == Family::none ? "" : AddressRange::textOf(address);
}

std::string proxyHeaderV1(const ProxyHeader& header)
{
    if (!isNumeric(header.source) || !isNumeric(header.destination))
        return "PROXY UNKNOWN\r\n";
    const bool v4 = header.source.family == ProxyEnd::Family::v4 && header.destination.family == ProxyEnd::Family::v4;
    return std::string(v4 ? "PROXY TCP4 " : "PROXY TCP6 ") + textOf(header.source, v4) + ' ' +
           textOf(header.destination, v4) + ' ' + std::to_string(header.source.port) + ' ' +
           std::to_string(header.destination.port) + "\r\n";
}

std::string proxyHeaderV2(const ProxyHeader& header, unsigned extensions)
{
    std::string rest;
    const unsigned char family = header.isLocal ? 0 : appendEnds(rest, header);
    std::size_t sum = 0;
    for (const ProxyExtension& each : PROXY_EXTENSIONS)
    {
        const std::string& value = valueOf(header, each.type);
        if ((extensions & each.bit()) == 0 || value.empty())
            continue;
        appendExtension(rest, each.type, value);
        if (each.type == ProxyHeader::CRC32C)
            sum = ProxyHeader::FIXED_OF_V2 + rest.size() - value.size();
    }
    std::string whole(proxyheader::BEGIN_V2);
    appendNumber(whole, header.isLocal ? proxyheader::COMMAND_LOCAL : proxyheader::COMMAND_PROXY, 1);
    appendNumber(whole, family, 1);
    appendNumber(whole, rest.size(), 2);
    whole += rest;
    if (sum > 0)
        writeNumber(proxyheader::crc32c(whole, sum), &whole[sum], 4);
    return whole;
}

std::string proxySsl(const ClientTls& tls)
{
    constexpr unsigned IS_TLS = 0x01;
    constexpr unsigned ON_THIS_CONNECTION = 0x02; // the certificate was shown
    constexpr unsigned IN_THIS_SESSION = 0x04;
    unsigned client = IS_TLS;
    if (tls.isCertified)
        client |= IN_THIS_SESSION | (tls.isResumed ? 0U : ON_THIS_CONNECTION);
    std::string value;
    appendNumber(value, client, 1);
    appendNumber(value, tls.isCertified ? 0 : 1, 4); // 0: verified
    appendExtension(value, proxyheader::SSL_VERSION, tls.version);
    if (tls.isCertified && !tls.commonName.empty())
        appendExtension(value, proxyheader::SSL_COMMON_NAME, tls.commonName);
    appendExtension(value, proxyheader::SSL_CIPHER, tls.cipher);
    return value;
}

std::uint32_t proxyheader::crc32c(Bytes bytes, std::size_t skip)
{
    constexpr std::uint32_t POLYNOMIAL = 0x82F63B78; // reflected
    std::uint32_t sum = 0xFFFFFFFF;
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        sum ^= i >= skip && i < skip + 4 ? 0U : static_cast<unsigned char>(bytes[i]);
        for (unsigned bit = 0; bit < 8; ++bit)
            sum = sum >> 1U ^ ((sum & 1U) != 0 ? POLYNOMIAL : 0U);
    }
    return ~sum;
}

} // namespace proximux
