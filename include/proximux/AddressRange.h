#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proximux
{

/// A numeric IPv4 or IPv6 address, or a CIDR range. An IPv4-mapped IPv6 address (::ffff:a.b.c.d) counts as IPv4. The
/// families are separate: no IPv6 range, not even ::/0, contains an IPv4 address.
class AddressRange
{
public:
    /// Parses "10.1.2.3", "10.0.0.0/8", "2001:db8::/32". Strict, because it controls access: four decimal parts without
    /// leading zeros, RFC 4291 text form, a prefix in range, and no bit set after the prefix. On failure returns
    /// nothing and sets `why`, if given, to the reason.
    static std::optional<AddressRange> parse(std::string_view text, std::string* why = nullptr);

    /// The bytes of an address; those of IPv4 in its mapped form.
    using Address = std::array<std::uint8_t, 16>;

    /// Of 4 or 16 bytes in the order of the network.
    static Address addressOf(const void* bytes, std::size_t size);

    /// Of a numeric address, as strictly as parse() reads it. Nothing: it is none.
    static std::optional<Address> addressOf(std::string_view text);

    /// Whether it is one of IPv4.
    static bool isMapped(const Address& address);

    /// As a text: "10.1.2.3" for one of IPv4, otherwise the short form of RFC 5952, "2001:db8::1".
    static std::string textOf(const Address& address);

    [[nodiscard]] bool contains(const Address& address) const;

    /// Whether the range contains this numeric address (without a prefix; a zone such as %eth0 is ignored). False for
    /// an invalid address.
    [[nodiscard]] bool contains(std::string_view address) const;

    [[nodiscard]] std::string toString() const;

    friend bool operator==(const AddressRange& a, const AddressRange& b)
    {
        return a._bytes == b._bytes && a._prefix == b._prefix;
    }

private:
    [[nodiscard]] bool isV4() const;

    Address _bytes{};
    unsigned _prefix = 128; ///< of the 128 bits
};

} // namespace proximux
