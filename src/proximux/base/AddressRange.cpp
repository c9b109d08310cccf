#include <proximux/AddressRange.h>

#include <proximux/base/Decimal.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace proximux
{

namespace
{

constexpr unsigned MAPPED_BITS = 96; // ::ffff:0:0/96
constexpr std::array<std::uint8_t, 12> MAPPED{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;)
    {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

bool parseV4(std::string_view text, std::uint8_t* into)
{
    const auto parts = split(text, '.');
    if (parts.size() != 4)
        return false;
    for (std::size_t i = 0; i < 4; ++i)
    {
        const auto part = strictDecimal(parts[i], 255);
        if (!part)
            return false;
        into[i] = static_cast<std::uint8_t>(*part);
    }
    return true;
}

bool parseGroup(std::string_view text, std::vector<std::uint8_t>& bytes)
{
    if (text.empty() || text.size() > 4)
        return false;
    unsigned value = 0;
    for (const char c : text)
    {
        const bool digit = c >= '0' && c <= '9';
        const char lower = static_cast<char>(c | 0x20);
        if (!digit && (lower < 'a' || lower > 'f'))
            return false;
        value = value * 16 + static_cast<unsigned>(digit ? c - '0' : lower - 'a' + 10);
    }
    bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xFFU));
    return true;
}

/// Parses the groups on one side of "::"; the last may be an IPv4 address. Empty text has no groups.
bool parseGroups(std::string_view text, bool last, std::vector<std::uint8_t>& bytes)
{
    if (text.empty())
        return true;
    const auto parts = split(text, ':');
    for (std::size_t i = 0; i < parts.size(); ++i)
    {
        if (last && i + 1 == parts.size() && parts[i].find('.') != std::string_view::npos)
        {
            std::array<std::uint8_t, 4> v4{};
            if (!parseV4(parts[i], v4.data()))
                return false;
            bytes.insert(bytes.end(), v4.begin(), v4.end());
        }
        else if (!parseGroup(parts[i], bytes))
        {
            return false;
        }
    }
    return true;
}

/// RFC 4291, section 2.2.
bool parseV6(std::string_view text, AddressRange::Address& address)
{
    const std::size_t gap = text.find("::");
    std::vector<std::uint8_t> head;
    std::vector<std::uint8_t> tail;
    if (gap == std::string_view::npos)
    {
        if (!parseGroups(text, true, head) || head.size() != address.size())
            return false;
    }
    else if (!parseGroups(text.substr(0, gap), false, head) || !parseGroups(text.substr(gap + 2), true, tail) ||
             head.size() + tail.size() > address.size() - 2)
    {
        return false;
    }
    address.fill(0);
    std::copy(head.begin(), head.end(), address.begin());
    std::copy(tail.begin(), tail.end(), address.end() - static_cast<std::ptrdiff_t>(tail.size()));
    return true;
}

bool parseAddress(std::string_view text, AddressRange::Address& address)
{
    if (text.find(':') != std::string_view::npos)
        return parseV6(text, address);
    std::copy(MAPPED.begin(), MAPPED.end(), address.begin());
    return parseV4(text, address.data() + MAPPED.size());
}

/// The group of 16 bits at this place, from 0 to 7.
unsigned groupAt(const AddressRange::Address& address, std::size_t place)
{
    return static_cast<unsigned>(address[2 * place] << 8U | address[2 * place + 1]);
}

/// Without leading zeros.
void appendHex(std::string& text, unsigned group)
{
    static constexpr char DIGITS[] = "0123456789abcdef";
    unsigned shift = 12;
    while (shift > 0 && group >> shift == 0)
        shift -= 4;
    for (;; shift -= 4)
    {
        text += DIGITS[group >> shift & 0xFU];
        if (shift == 0)
            return;
    }
}

/// The first of the longest runs of two and more groups that are 0, and its length; 0: there is none.
std::pair<std::size_t, std::size_t> longestGap(const AddressRange::Address& address)
{
    std::pair<std::size_t, std::size_t> longest;
    for (std::size_t begin = 0; begin < address.size() / 2; ++begin)
    {
        std::size_t end = begin;
        while (end < address.size() / 2 && groupAt(address, end) == 0)
            ++end;
        if (end - begin > std::max<std::size_t>(longest.second, 1))
            longest = {begin, end - begin};
    }
    return longest;
}

/// Whether the first `bits` bits are the same.
bool agree(const AddressRange::Address& a, const AddressRange::Address& b, unsigned bits)
{
    const std::size_t whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin()))
        return false;
    if (bits % 8 == 0)
        return true;
    const auto mask = static_cast<std::uint8_t>(0xFF00U >> (bits % 8));
    return (a[whole] & mask) == (b[whole] & mask);
}

std::nullopt_t fail(std::string* why, const char* reason)
{
    if (why != nullptr)
        *why = reason;
    return std::nullopt;
}

} // namespace

AddressRange::Address AddressRange::addressOf(const void* bytes, std::size_t size)
{
    Address address{};
    const auto* first = static_cast<const std::uint8_t*>(bytes);
    std::copy(MAPPED.begin(), MAPPED.end(), address.begin());
    std::copy(first, first + size, address.end() - static_cast<std::ptrdiff_t>(size));
    return address;
}

std::optional<AddressRange::Address> AddressRange::addressOf(std::string_view text)
{
    Address address{};
    return parseAddress(text, address) ? std::optional<Address>(address) : std::nullopt;
}

std::string AddressRange::textOf(const Address& address)
{
    std::string text;
    if (isMapped(address))
    {
        for (std::size_t i = MAPPED.size(); i < address.size(); ++i)
            text += (text.empty() ? "" : ".") + std::to_string(address[i]);
        return text;
    }
    const auto [gap, length] = longestGap(address);
    for (std::size_t place = 0; place < address.size() / 2; ++place)
    {
        if (length > 0 && place == gap)
        {
            text += "::";
            place += length - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':')
            text += ':';
        appendHex(text, groupAt(address, place));
    }
    return text;
}

bool AddressRange::isMapped(const Address& address)
{
    return std::equal(MAPPED.begin(), MAPPED.end(), address.begin());
}

std::optional<AddressRange> AddressRange::parse(std::string_view text, std::string* why)
{
    AddressRange range;
    const std::size_t slash = text.find('/');
    const std::string_view address = text.substr(0, slash);
    const bool v6 = address.find(':') != std::string_view::npos;
    if (!parseAddress(address, range._bytes))
        return fail(why, v6 ? "not an IPv6 address" : "not an IPv4 address (four decimal numbers, no leading zeros)");
    if (slash != std::string_view::npos)
    {
        const auto prefix = strictDecimal(text.substr(slash + 1), v6 ? 128 : 32);
        if (!prefix)
            return fail(why, v6 ? "the prefix length is not 0..128" : "the prefix length is not 0..32");
        range._prefix = v6 ? *prefix : MAPPED_BITS + *prefix;
    }
    Address network{};
    for (unsigned bit = 0; bit < range._prefix; ++bit)
        network[bit / 8] = static_cast<std::uint8_t>(network[bit / 8] | (range._bytes[bit / 8] & (0x80U >> (bit % 8))));
    if (network != range._bytes)
        return fail(why, "address bits are set beyond the prefix length");
    return range;
}

bool AddressRange::contains(std::string_view address) const
{
    Address parsed{};
    return parseAddress(address.substr(0, address.find('%')), parsed) && contains(parsed);
}

bool AddressRange::contains(const AddressRange::Address& address) const
{
    return isMapped(address) == isV4() && agree(address, _bytes, _prefix);
}

/// A range wider than the mapped addresses is an IPv6 range, even if they lie in it.
bool AddressRange::isV4() const
{
    return _prefix >= MAPPED_BITS && isMapped(_bytes);
}

std::string AddressRange::toString() const
{
    static constexpr char DIGITS[] = "0123456789abcdef";
    std::string text;
    if (isV4())
    {
        for (std::size_t i = MAPPED.size(); i < _bytes.size(); ++i)
            text += (text.empty() ? "" : ".") + std::to_string(_bytes[i]);
        return _prefix == 128 ? text : text + "/" + std::to_string(_prefix - MAPPED_BITS);
    }
    for (std::size_t i = 0; i < _bytes.size(); ++i)
    {
        if (i > 0 && i % 2 == 0)
            text += ':';
        text += DIGITS[_bytes[i] >> 4U];
        text += DIGITS[_bytes[i] & 0xFU];
    }
    return _prefix == 128 ? text : text + "/" + std::to_string(_prefix);
}

} // namespace proximux
