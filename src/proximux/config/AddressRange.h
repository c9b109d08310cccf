#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proximux
{

/// A numeric IPv4 or IPv6 address, or a range of them in CIDR form. An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is
/// the IPv4 address. The families are kept apart: no IPv6 range, ::/0 included, contains an IPv4 address.
class AddressRange
{
public:
    /// Parses "10.1.2.3", "10.0.0.0/8", "2001:db8::/32". Strict, because it decides who may enter: four decimal parts
    /// without leading zeros, RFC 4291 text form, a prefix in range, and no bit set behind the prefix. On failure
    /// nothing is returned and, where wanted, `why` says what is wrong.
    static std::optional<AddressRange> parse(std::string_view text, std::string* why = nullptr);

    /// Whether the numeric address (without a prefix; a zone such as %eth0 is ignored) lies in the range. An address
    /// that can't be parsed lies in none.
    [[nodiscard]] bool contains(std::string_view address) const;

    [[nodiscard]] std::string toString() const;

private:
    [[nodiscard]] bool isV4() const;

    std::array<std::uint8_t, 16> _bytes{}; ///< IPv4 in its mapped form
    unsigned _prefix = 128;                ///< of the 128 bits
};

} // namespace proximux
