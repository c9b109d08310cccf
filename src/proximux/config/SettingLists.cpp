// SettingKinds: values that are lists.

#include <proximux/config/SettingKinds.h>

#include <proximux/system/Capabilities.h>
#include <proximux/system/Surroundings.h>
#include <proximux/wire/ProxyHeader.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::kinds
{

namespace
{

/// Parses "1:5,2:6". Returns an error text, or an empty one.
std::string readPairs(const std::string& text, std::map<unsigned char, unsigned char>& pairs)
{
    constexpr std::int64_t MOST = 255;
    for (std::size_t at = 0; at < text.size();)
    {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string pair = text.substr(at, end - at);
        const std::size_t colon = std::min(pair.find(':'), pair.size());
        const auto from = values::integer(pair.substr(0, colon));
        const auto to = values::integer(pair.substr(std::min(colon + 1, pair.size())));
        if (!from || !to || *from < 0 || *from > MOST || *to < 0 || *to > MOST || end + 1 == text.size())
            return "not pairs of numbers";
        if (!pairs.emplace(static_cast<unsigned char>(*from), static_cast<unsigned char>(*to)).second)
            return "more than one pair for " + std::to_string(*from);
        at = end + 1;
    }
    return {};
}

/// What is wrong with the path of a UNIX socket; empty: nothing.
std::string checkSocketPath(const std::string& path)
{
    constexpr std::size_t MOST = 107; // bytes that the system takes
    if (!surroundings::hasUnixSockets())
        return "this system has no UNIX sockets";
    if (path.empty() || path.front() != '/')
        return "not an absolute path";
    if (std::any_of(path.begin(), path.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }))
        return "contains a control character";
    return path.size() > MOST ? "the path is longer than 107 bytes" : "";
}

/// Likewise, of a path or the name of an abstract socket, which has the same limits as what follows a slash.
std::string checkSocketName(const std::string& name)
{
    const bool isAbstract = hasAbstractSockets() && name.size() > 1 && name.front() == '@';
    return checkSocketPath(isAbstract ? "/" + name.substr(1) : name);
}

/// Parses one address of the admin port. Returns an error text, or an empty one.
std::string readAddress(const std::string& text, Endpoint& address)
{
    constexpr std::int64_t LAST_PORT = 65535;
    if (const auto path = values::unixPath(text))
    {
        address.path = *path;
        const std::string wrong = checkSocketPath(*path);
        return wrong.empty() ? wrong : text + ": " + wrong;
    }
    const auto parts = values::hostPort(text);
    if (!parts)
        return text.empty() ? "an empty address" : text + ": " + values::hostPortMistake(text) + "not an address";
    const std::int64_t port = values::integer(parts->port).value_or(-1);
    if (port < 0 || port > LAST_PORT)
        return text + ": not a port";
    if (!AddressRange::parse(parts->host) || parts->host.find('/') != std::string::npos)
        return text + ": not a numeric address";
    address = {parts->host, static_cast<std::uint16_t>(port)};
    return {};
}

/// The patterns of a list. Returns an error text, or an empty one.
std::string readPatterns(const std::string& list, std::vector<std::string>& patterns)
{
    constexpr std::size_t MOST = 100;
    patterns = values::parts(list);
    for (const std::string& each : patterns)
    {
        if (each.empty())
            return "an empty pattern";
        if (each.size() > MOST || patterns.size() > MOST)
            return "more than 100 patterns, or one longer than 100 bytes";
    }
    return {};
}

constexpr std::int64_t MOST_NUMBER = 0xffffffff; ///< of 32 bits

/// "10415:16777251" or "4". Nothing: it is none.
std::optional<PeerApplication> readApplication(const std::string& text)
{
    const std::size_t colon = text.find(':');
    const bool hasVendor = colon != std::string::npos;
    const auto vendor = values::integer(hasVendor ? text.substr(0, colon) : "0");
    const auto id = values::integer(hasVendor ? text.substr(colon + 1) : text);
    if (!vendor || !id || *vendor < 0 || *vendor > MOST_NUMBER || *id < 0 || *id > MOST_NUMBER)
        return std::nullopt;
    return PeerApplication{static_cast<std::uint32_t>(*vendor), static_cast<std::uint32_t>(*id)};
}

} // namespace

Kind domainName(Field<std::string> field)
{
    constexpr std::size_t MOST = 255;
    return make(field, "letters, digits, dots and hyphens, as in proximux.example.com",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const bool isName = std::all_of(text.begin(), text.end(),
                                                    [](unsigned char ch) {
                                                        return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
                                                               (ch >= 'A' && ch <= 'Z') || ch == '.' || ch == '-';
                                                    });
                    if (!isName || text.empty() || text.size() > MOST)
                        return "not a name";
                    field(c, i) = text;
                    return {};
                });
}

Kind peerApplications(Field<std::vector<PeerApplication>> field)
{
    constexpr std::size_t MOST = 64;
    return make(field, "numbers, as 4 or 10415:16777251 (vendor:application), separated by commas; at most 64",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    std::vector<PeerApplication> applications;
                    for (const std::string& part : values::parts(text))
                    {
                        const auto application = readApplication(part);
                        if (!application || applications.size() == MOST)
                            return "not numbers of applications";
                        applications.push_back(*application);
                    }
                    field(c, i) = std::move(applications);
                    return {};
                });
}

Kind bytePairs(Field<std::map<unsigned char, unsigned char>> field)
{
    return make(field, "pairs of numbers 0..255, as 1:5,2:6, or nothing",
                [field](const std::string& text, Configuration& c, std::size_t i)
                {
                    std::map<unsigned char, unsigned char> pairs;
                    std::string wrong = readPairs(text, pairs);
                    if (wrong.empty())
                        field(c, i) = std::move(pairs);
                    return wrong;
                });
}

Kind list(const char* expected, std::size_t most, Field<std::vector<std::string>> field)
{
    return make(field, expected,
                [field, most](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const auto items = text.empty() ? std::vector<std::string>() : values::parts(text);
                    for (const std::string& item : items)
                        if (item.empty() || item.size() > most || item.find('\0') != std::string::npos)
                            return "an item that is empty, longer than " + std::to_string(most) +
                                   " bytes, or has a NUL character";
                    field(c, i) = items;
                    return {};
                });
}

Kind adminAddresses(Field<std::vector<Endpoint>> field)
{
    return make(
        field,
        "unix:PATH, or a numeric address with a port, as 127.0.0.1:9900 or [::1]:9900; several with commas between",
        [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
        {
            std::vector<Endpoint> addresses;
            for (const std::string& part : values::parts(text))
                if (std::string wrong = readAddress(part, addresses.emplace_back()); !wrong.empty())
                    return wrong;
            field(c, i) = std::move(addresses);
            return {};
        });
}

Kind proxyExtensions(Field<unsigned> field)
{
    std::string names;
    for (const ProxyExtension& each : PROXY_EXTENSIONS)
        names += (names.empty() ? "" : ", ") + std::string(each.name);
    return make(field, names + "; several with commas between, or nothing",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    unsigned chosen = 0;
                    for (const std::string& part : text.empty() ? std::vector<std::string>() : values::parts(text))
                    {
                        const auto* const found =
                            std::find_if(std::begin(PROXY_EXTENSIONS), std::end(PROXY_EXTENSIONS),
                                         [&part](const ProxyExtension& each) { return part == each.name; });
                        if (found == std::end(PROXY_EXTENSIONS))
                            return part.empty() ? "an empty name" : part + ": unknown";
                        chosen |= found->bit();
                    }
                    field(c, i) = chosen;
                    return {};
                });
}

Kind socketPath(Field<std::string> field)
{
    return make(field, "an absolute path of at most 107 bytes; on Linux also @NAME",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    std::string wrong = text.empty() ? "" : checkSocketName(text);
                    if (wrong.empty())
                        field(c, i) = text;
                    return wrong;
                });
}

Kind unixSocket(Field<std::string> field)
{
    return make(field, "unix: and an absolute path of at most 107 bytes; on Linux also unix:@NAME",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const auto path = values::unixPath(text);
                    if (!path)
                        return "not a UNIX socket";
                    std::string wrong = checkSocketName(*path);
                    if (wrong.empty())
                        field(c, i) = *path;
                    return wrong;
                });
}

Kind userIds(Field<std::vector<std::uint32_t>> field)
{
    constexpr std::int64_t MOST = 0xfffffffe; // the one above means nobody
    return make(field, "numbers of users, separated by commas, as 0, 1000",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    std::vector<std::uint32_t> uids;
                    for (const std::string& part : values::parts(text))
                    {
                        const auto uid = values::integer(part);
                        if (!uid || *uid < 0 || *uid > MOST)
                            return "not numbers of users";
                        uids.push_back(static_cast<std::uint32_t>(*uid));
                    }
                    field(c, i) = std::move(uids);
                    return {};
                });
}

Kind rate(Field<Rate> field)
{
    constexpr std::int64_t MOST = 1000000;
    return make(field, "0, or 1..1000000 with /s or /m, as 20/s",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    if (text == "0")
                    {
                        field(c, i) = {};
                        return {};
                    }
                    const std::size_t slash = std::min(text.find('/'), text.size());
                    const auto events = values::integer(text.substr(0, slash));
                    const std::string unit = text.substr(slash);
                    if (!events || (unit != "/s" && unit != "/m"))
                        return "not a rate";
                    if (*events < 1 || *events > MOST)
                        return "out of range";
                    field(c, i) = {*events, Duration::seconds(unit == "/s" ? 1 : 60)};
                    return {};
                });
}

Kind permissions(Field<unsigned> field)
{
    constexpr std::size_t MOST = 4; // digits
    return make(field, "octal digits, 0 to 0777",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    if (text.empty() || text.size() > MOST || text.find_first_not_of("01234567") != std::string::npos)
                        return "not octal digits";
                    unsigned mode = 0;
                    for (const char digit : text)
                        mode = mode * 8 + static_cast<unsigned>(digit - '0');
                    if (mode > 0777)
                        return "out of range";
                    field(c, i) = mode;
                    return {};
                });
}

Kind lineReplies(Field<LineReplies> field)
{
    using Which = LineReplies::Which;
    return make(field, "always, query, or none:PATTERN,... with * and ? in each pattern",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const std::string none = "none:";
                    LineReplies replies;
                    std::string wrong;
                    if (text.compare(0, none.size(), none) == 0)
                    {
                        replies.which = Which::none;
                        wrong = readPatterns(text.substr(none.size()), replies.patterns);
                    }
                    else if (text == "query")
                        replies.which = Which::query;
                    else if (text != "always")
                        wrong = "unknown";
                    if (wrong.empty())
                        field(c, i) = replies;
                    return wrong;
                });
}

} // namespace proximux::kinds
