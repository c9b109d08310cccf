#include <proximux/config/SettingKinds.h>

#include <proximux/config/Nearest.h>
#include <proximux/protocol/Registry.h>

#include <cctype>
#include <limits>

namespace proximux::kinds
{

namespace
{

/// Reads a duration within the range, or off if allowed. Returns what is wrong with the text, or an empty one.
std::string readDuration(const std::string& text, Duration min, Duration max, Off off, Duration& duration)
{
    auto value = values::duration(text);
    if (!value)
        return "not a duration";
    if (off == Off::zeroToo && value->us == 0)
        value = Duration::off();
    if (value->isOff() ? off == Off::no : *value < min || *value > max)
        return "out of range";
    duration = *value;
    return {};
}

} // namespace

std::string readInteger(const std::string& text, std::int64_t min, std::int64_t max, std::int64_t& value)
{
    const auto number = values::integer(text);
    if (!number)
        return "not a whole number";
    if (*number < min || *number > max)
        return "out of range";
    value = *number;
    return {};
}

Kind anyInteger(const char* expected, Field<int> field)
{
    Kind kind = integer<int>(std::numeric_limits<int>::min(), std::numeric_limits<int>::max(), field);
    kind.expected = expected;
    return kind;
}

Kind size(std::int64_t min, std::int64_t max, Field<std::size_t> field)
{
    return make(field, std::to_string(min) + ".." + std::to_string(max) + " bytes, or a number with K, M or G",
                [min, max, field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const auto value = values::size(text);
                    if (!value)
                        return "not a size";
                    if (*value < min || *value > max)
                        return "out of range";
                    field(c, i) = static_cast<std::size_t>(*value);
                    return {};
                });
}

Kind automaticSize(std::int64_t min, std::int64_t max, Field<std::optional<std::size_t>> field)
{
    return make(field, std::to_string(min) + ".." + std::to_string(max) + " bytes, or a number with K, M or G, or auto",
                [min, max, field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const auto value = values::size(text);
                    if (text != "auto" && !value)
                        return "not a size";
                    if (value && (*value < min || *value > max))
                        return "out of range";
                    field(c, i).reset();
                    if (value)
                        field(c, i) = static_cast<std::size_t>(*value);
                    return {};
                });
}

Kind duration(Duration min, Duration max, Off off, Field<Duration> field)
{
    std::string expected = values::toText(min) + ".." + values::toText(max) + " (milliseconds, or with ms, s, m, h)";
    if (off != Off::no)
        expected += off == Off::zeroToo ? ", or -1 or 0 for off" : ", or -1 for off";
    return make(field, expected,
                [min, max, off, field](const std::string& text, Configuration& c, std::size_t i)
                { return readDuration(text, min, max, off, field(c, i)); });
}

Kind automaticDuration(Duration min, Duration max, Off off, Field<std::optional<Duration>> field)
{
    std::string expected = values::toText(min) + ".." + values::toText(max) + " (milliseconds, or with ms, s, m, h)";
    expected += off == Off::no ? ", or auto" : ", or -1 for off, or auto";
    return make(field, expected,
                [min, max, off, field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    if (text == "auto")
                    {
                        field(c, i).reset();
                        return {};
                    }
                    Duration value;
                    std::string wrong = readDuration(text, min, max, off, value);
                    if (wrong.empty())
                        field(c, i) = value;
                    return wrong;
                });
}

namespace
{

/// Converts a number of bits to bytes. Returns an error text, or an empty one.
std::string bitsToBytes(const std::string& text, std::size_t& bytes)
{
    std::int64_t value = 0;
    std::string wrong = readInteger(text, 8, 64, value);
    if (wrong.empty() && value % 8 != 0)
        wrong = "out of range";
    if (wrong.empty())
        bytes = static_cast<std::size_t>(value / 8);
    return wrong;
}

} // namespace

Kind bits(Field<std::size_t> field)
{
    return make(field, "8, 16, 24, 32, 40, 48, 56 or 64",
                [field](const std::string& text, Configuration& c, std::size_t i)
                { return bitsToBytes(text, field(c, i)); });
}

Kind optionalBits(Field<std::optional<std::size_t>> field)
{
    return make(field, "auto, 8, 16, 24, 32, 40, 48, 56 or 64",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    field(c, i).reset();
                    if (text == "auto")
                        return {};
                    std::size_t bytes = 0;
                    std::string wrong = bitsToBytes(text, bytes);
                    if (wrong.empty())
                        field(c, i) = bytes;
                    return wrong;
                });
}

Kind escapedText(std::size_t min, std::size_t max, Field<std::string> field)
{
    return make(
        field, std::to_string(min) + ".." + std::to_string(max) + " bytes, with the escapes \\r \\n \\t \\0 \\\\ \\xHH",
        [min, max, field](const std::string& text, Configuration& c, std::size_t i) -> std::string
        {
            const auto value = values::unescape(text);
            if (!value)
                return "unknown escape sequence";
            if (value->size() < min || value->size() > max)
                return "out of range";
            field(c, i) = *value;
            return {};
        });
}

Kind boolean(Field<bool> field)
{
    return make(field, "0, 1, false, true, no, yes, off or on",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const auto value = values::boolean(text);
                    if (!value)
                        return "not a boolean";
                    field(c, i) = *value;
                    return {};
                });
}

namespace
{

/// Parses "60s,10s,6"; times in whole seconds, as systems count them. Returns an error text, or an empty one.
std::string readProbes(const std::string& text, KeepAlive& keepAlive)
{
    constexpr std::int64_t SECOND = 1000000;
    const std::size_t first = text.find(',');
    const std::size_t second = first == std::string::npos ? first : text.find(',', first + 1);
    if (second == std::string::npos)
        return "not off, on or three values";
    const auto idle = values::duration(text.substr(0, first));
    const auto interval = values::duration(text.substr(first + 1, second - first - 1));
    const auto count = values::integer(text.substr(second + 1));
    if (!idle || !interval)
        return "not a duration";
    if (!count)
        return "not a whole number of probes";
    for (const Duration time : {*idle, *interval})
        if (time.us < SECOND || time.us > 32767 * SECOND || time.us % SECOND != 0)
            return "out of range";
    if (*count < 1 || *count > 127)
        return "out of range";
    keepAlive = {true, *idle, *interval, static_cast<int>(*count)};
    return {};
}

} // namespace

Kind keepAlive(Field<KeepAlive> field)
{
    return make(
        field,
        "off, on (with the system's times), or IDLE,INTERVAL,COUNT, for example 60s,10s,6 (1s..32767s, 1s..32767s, "
        "1..127)",
        [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
        {
            const auto value = values::boolean(text);
            if (!value)
                return readProbes(text, field(c, i));
            field(c, i) = *value ? KeepAlive::ofTheSystem() : KeepAlive::off();
            return {};
        });
}

Kind text(const char* expected, Field<std::string> field)
{
    return make(field, expected,
                [field](const std::string& value, Configuration& c, std::size_t i) -> std::string
                {
                    field(c, i) = value;
                    return {};
                });
}

Kind path(Field<std::string> field)
{
    return make(field, "a path",
                [field](const std::string& value, Configuration& c, std::size_t i) -> std::string
                {
                    if (value.find('\0') != std::string::npos)
                        return "contains a NUL character";
                    field(c, i) = value;
                    return {};
                });
}

namespace
{

/// Returns an error text, or an empty one. Names are not resolved, but what looks like an address must be one.
std::string checkHost(const std::string& value)
{
    const bool bad = std::any_of(value.begin(), value.end(), [](unsigned char ch) { return ch <= ' '; });
    if (bad || value.find_first_of("[]/\"'#;*") != std::string::npos)
        return "not a host name or address";
    const auto colons = std::count(value.begin(), value.end(), ':');
    // an IPv6 address has at least two colons
    if (colons == 1)
        return "not a host name or address (the port is a separate setting)";
    const bool isNumeric = value.find_first_not_of("0123456789.") == std::string::npos;
    const bool isAddress = colons > 1 || (isNumeric && std::count(value.begin(), value.end(), '.') > 2);
    std::string why;
    if (isAddress && !AddressRange::parse(value.substr(0, value.find('%')), &why))
        return why;
    return {};
}

} // namespace

Kind host(Field<std::string> field)
{
    return make(field, "a host name or a numeric address, without a port",
                [field](const std::string& value, Configuration& c, std::size_t i) -> std::string
                {
                    std::string wrong = checkHost(value);
                    if (wrong.empty())
                        field(c, i) = value;
                    return wrong;
                });
}

namespace
{

constexpr const char* ALL_INTERFACES = "*";

/// Parses "127.0.0.1, ::1". Returns an error text, or an empty one.
std::string readHosts(const std::string& text, std::vector<std::string>& hosts)
{
    constexpr std::size_t MOST = 16;
    for (std::string& host : values::parts(text))
    {
        std::string wrong = host == ALL_INTERFACES ? "" : checkHost(host);
        if (wrong.empty() && host.empty() && !text.empty())
            wrong = "an empty address";
        if (std::find(hosts.begin(), hosts.end(), host) != hosts.end())
            wrong = "given twice";
        if (!wrong.empty())
            return text.find(',') == std::string::npos ? wrong : host.append(": ").append(wrong);
        hosts.push_back(std::move(host));
    }
    if (hosts.size() > 1 && std::find(hosts.begin(), hosts.end(), ALL_INTERFACES) != hosts.end())
        return "* stands for all interfaces, so there can be no other";
    return hosts.size() > MOST ? "more than 16 addresses" : "";
}

} // namespace

Kind listeningHosts(Field<LocalSettings> field)
{
    const auto read = [field](const Configuration& c, std::size_t i) -> const LocalSettings&
    { return field(const_cast<Configuration&>(c), i); };
    return {"a host name or a numeric address, without a port, or several with commas between; or * for all interfaces",
            [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
            {
                std::vector<std::string> hosts;
                std::string wrong = readHosts(text, hosts);
                if (!wrong.empty())
                    return wrong;
                LocalSettings& local = field(c, i);
                local.endpoint.host = hosts.front();
                local.otherHosts.assign(hosts.begin() + 1, hosts.end());
                return {};
            },
            [read](const Configuration& a, const Configuration& b, std::size_t i, std::size_t j) {
                return read(a, i).endpoint.host == read(b, j).endpoint.host &&
                       read(a, i).otherHosts == read(b, j).otherHosts;
            }};
}

Kind ranges(Field<std::vector<AddressRange>> field)
{
    return make(field, "addresses and CIDR ranges, separated by commas",
                [field](const std::string& value, Configuration& c, std::size_t i) -> std::string
                {
                    if (value.empty())
                        return "empty";
                    std::vector<AddressRange> parsed;
                    std::size_t begin = 0;
                    while (begin <= value.size())
                    {
                        const std::size_t end = std::min(value.find(',', begin), value.size());
                        std::string part = value.substr(begin, end - begin);
                        part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
                        part.erase(part.find_last_not_of(' ') + 1);
                        std::string why;
                        const auto range = AddressRange::parse(part, &why);
                        if (!range)
                            return part.append(": ").append(why);
                        parsed.push_back(*range);
                        begin = end + 1;
                    }
                    field(c, i) = std::move(parsed);
                    return {};
                });
}

namespace
{

std::string unknownProtocol(const std::string& name)
{
    if (isPassedOn(name))
        return std::string("unknown; it can be passed on with ") + RAW + " and exchange.mode = proxy";
    Nearest nearest(name);
    for (const ProtocolInfo& each : protocols())
        nearest.consider(each.name, "; the nearest known protocol is " + std::string(each.name));
    return "unknown" + nearest.phrase();
}

} // namespace

Kind protocol(Field<std::string> field)
{
    return make(field, "one of " + namesOfProtocols([](const ProtocolInfo&) { return true; }),
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const ProtocolInfo* found = protocolNamed(text);
                    if (found == nullptr)
                        return unknownProtocol(text);
                    field(c, i) = found->name;
                    return {};
                });
}

} // namespace proximux::kinds
