#include <proximux/auth/Base64.h>

#include <proximux/Number.h>

#include <algorithm>
#include <cstdint>

namespace proximux::auth
{

namespace
{

constexpr Bytes DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t GROUP = 3; ///< bytes that four digits stand for

} // namespace

std::string base64(Bytes bytes)
{
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += GROUP)
    {
        const std::size_t n = std::min(GROUP, bytes.size() - at);
        const std::uint64_t group = numberAt(bytes, at, n) << 8U * (GROUP - n);
        for (std::size_t i = 0; i <= GROUP; ++i)
            text += i <= n ? DIGITS[group >> 6U * (GROUP - i) & 63U] : '=';
    }
    return text;
}

std::optional<std::string> fromBase64(Bytes text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); at += 4)
    {
        const bool last = at + 4 == text.size();
        const std::size_t padding = !last || text[at + 3] != '=' ? 0 : text[at + 2] == '=' ? 2 : 1;
        std::uint64_t group = 0;
        for (std::size_t i = 0; i < 4; ++i)
        {
            const std::size_t digit = i + padding >= 4 ? 0 : DIGITS.find(text[at + i]);
            if (digit == Bytes::npos)
                return std::nullopt;
            group = group << 6U | digit;
        }
        char field[GROUP];
        writeNumber(group, field, GROUP);
        bytes.append(field, GROUP - padding);
    }
    return bytes;
}

std::string hexadecimal(Bytes bytes)
{
    constexpr Bytes HEX = "0123456789abcdef";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); ++at)
        (text += HEX[byteAt(bytes, at) >> 4U]) += HEX[byteAt(bytes, at) & 15U];
    return text;
}

bool areEqual(Bytes a, Bytes b)
{
    unsigned different = a.size() == b.size() ? 0 : 1;
    for (std::size_t at = 0; at < std::min(a.size(), b.size()); ++at)
        different |= byteAt(a, at) ^ byteAt(b, at);
    return different == 0;
}

} // namespace proximux::auth
