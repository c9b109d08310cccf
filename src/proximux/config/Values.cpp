#include <proximux/config/Values.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace proximux::values
{

namespace
{

struct Unit
{
    std::string_view name;
    std::int64_t factor;
};

/// A non-negative number with one of the units; the first unit has an empty name.
template <std::size_t N>
std::optional<std::int64_t> withUnit(std::string_view text, const std::array<Unit, N>& units)
{
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view name = text.substr(digits);
    const auto unit = std::find_if(units.begin(), units.end(), [name](const Unit& each) { return each.name == name; });
    const auto number = integer(text.substr(0, digits));
    if (!number || unit == units.end() || *number > std::numeric_limits<std::int64_t>::max() / unit->factor)
        return std::nullopt;
    return *number * unit->factor;
}

} // namespace

std::optional<std::int64_t> integer(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

std::optional<bool> boolean(std::string_view text)
{
    if (text == "1" || text == "true" || text == "yes" || text == "on")
        return true;
    if (text == "0" || text == "false" || text == "no" || text == "off")
        return false;
    return std::nullopt;
}

std::optional<std::string> unescape(std::string_view text)
{
    static constexpr std::string_view NAMES = "rnt0\\";
    static constexpr std::string_view BYTES("\r\n\t\0\\", 5);
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] != '\\')
        {
            bytes += text[i];
            continue;
        }
        const std::string_view rest = text.substr(i + 1);
        const std::size_t name = rest.empty() ? std::string_view::npos : NAMES.find(rest.front());
        if (name != std::string_view::npos)
        {
            bytes += BYTES[name];
            ++i;
            continue;
        }
        unsigned value = 0;
        const std::string_view digits = rest.substr(std::min<std::size_t>(1, rest.size()), 2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (rest.substr(0, 1) != "x" || digits.size() != 2 || error != std::errc() || end != digits.data() + 2)
            return std::nullopt;
        bytes += static_cast<char>(value);
        i += 3;
    }
    return bytes;
}

std::optional<std::int64_t> size(std::string_view text)
{
    static constexpr std::int64_t KIB = 1024;
    static constexpr std::array<Unit, 7> UNITS{{{"", 1},
                                                {"K", KIB},
                                                {"KiB", KIB},
                                                {"M", KIB * KIB},
                                                {"MiB", KIB * KIB},
                                                {"G", KIB * KIB * KIB},
                                                {"GiB", KIB * KIB * KIB}}};
    return withUnit(text, UNITS);
}

std::optional<Duration> duration(std::string_view text)
{
    static constexpr std::array<Unit, 5> UNITS{
        {{"", 1000}, {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"h", 3600000000}}};
    if (text == "-1")
        return Duration::off();
    const auto us = withUnit(text, UNITS);
    if (!us)
        return std::nullopt;
    return Duration{*us};
}

std::string toText(Duration duration)
{
    if (duration.isOff())
        return "-1";
    if (duration.us % 1000000 == 0)
        return std::to_string(duration.us / 1000000) + "s";
    return std::to_string(duration.us / 1000) + "ms";
}

std::vector<std::string> parts(const std::string& text)
{
    std::vector<std::string> all;
    for (std::size_t at = 0; at <= text.size();)
    {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::size_t from = std::min(text.find_first_not_of(' ', at), end);
        const std::size_t last = text.find_last_not_of(' ', end - (end > at ? 1 : 0));
        all.push_back(from < end ? text.substr(from, last + 1 - from) : "");
        at = end + 1;
    }
    return all;
}

std::optional<HostPort> hostPort(std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    else if (host.find_first_of(":[]") != std::string_view::npos)
        return std::nullopt; // an IPv6 address without brackets is ambiguous
    if (host.empty() || port.empty() || host.find('/') != std::string_view::npos || port.front() == '/')
        return std::nullopt;
    return HostPort{std::string(host), std::string(port)};
}

std::optional<std::string> unixPath(std::string_view text)
{
    constexpr std::string_view PREFIX = "unix:";
    if (text.substr(0, PREFIX.size()) != PREFIX)
        return std::nullopt;
    return std::string(text.substr(PREFIX.size()));
}

std::string hostPortMistake(std::string_view text)
{
    if (text.find("://") != std::string_view::npos)
        return "a URL, not an address; ";
    if (text.substr(0, 1) == "/")
        return "a UNIX socket is written unix:PATH; ";
    if (text.find(',') != std::string_view::npos)
        return "more than one address; repeat the option for each; ";
    if (std::count(text.begin(), text.end(), ':') > 1 && text.find('[') == std::string_view::npos)
        return "an IPv6 address needs brackets; ";
    return {};
}

} // namespace proximux::values
