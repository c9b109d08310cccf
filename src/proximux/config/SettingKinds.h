#pragma once

#include <proximux/Configuration.h>
#include <proximux/config/Values.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// The value types of the settings table. Used only by Settings.cpp.
namespace kinds
{

using Store = std::function<std::string(const std::string&, Configuration&, std::size_t)>;

using Same = std::function<bool(const Configuration&, const Configuration&, std::size_t, std::size_t)>;

/// The valid values of a setting in words, the function that parses and stores one, which returns an error text or an
/// empty one, and the function that compares those of two configurations.
struct Kind
{
    std::string expected;
    Store store;
    Same same;
};

/// Selects the field in which a value is stored. The index is the target's, else 0.
template <class T>
using Field = T& (*)(Configuration&, std::size_t);

template <class T>
Kind make(Field<T> field, std::string expected, Store store)
{
    // the field is only read: a Field is one for both, to be written once in the table
    const auto read = [field](const Configuration& c, std::size_t i) -> const T&
    { return field(const_cast<Configuration&>(c), i); };
    return {std::move(expected), std::move(store),
            [read](const Configuration& a, const Configuration& b, std::size_t i, std::size_t j)
            { return read(a, i) == read(b, j); }};
}

/// Reads a whole number within the range. Returns what is wrong with the text, or an empty one.
std::string readInteger(const std::string& text, std::int64_t min, std::int64_t max, std::int64_t& value);

/// A whole number within the range.
template <class T>
Kind integer(std::int64_t min, std::int64_t max, Field<T> field)
{
    return make(field, std::to_string(min) + ".." + std::to_string(max),
                [min, max, field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    std::int64_t value = 0;
                    std::string wrong = readInteger(text, min, max, value);
                    if (wrong.empty())
                        field(c, i) = static_cast<T>(value);
                    return wrong;
                });
}

/// A whole number within the range. The value `auto`, or with `automatic` false an empty one, stores nothing.
template <class T>
Kind optionalInteger(std::int64_t min, std::int64_t max, Field<std::optional<T>> field, bool automatic = true)
{
    return make(field, (automatic ? "auto or " : "") + std::to_string(min) + ".." + std::to_string(max),
                [min, max, field, automatic](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    if (automatic && text == "auto")
                    {
                        field(c, i).reset();
                        return {};
                    }
                    std::int64_t value = 0;
                    std::string wrong = readInteger(text, min, max, value);
                    if (wrong.empty())
                        field(c, i) = static_cast<T>(value);
                    return wrong;
                });
}

/// Any whole number; `expected` describes its meaning.
Kind anyInteger(const char* expected, Field<int> field);

/// A size in bytes within the range.
Kind size(std::int64_t min, std::int64_t max, Field<std::size_t> field);

/// Likewise; auto: nothing.
Kind automaticSize(std::int64_t min, std::int64_t max, Field<std::optional<std::size_t>> field);

/// Which values switch a duration off.
enum class Off
{
    no,
    minusOne,
    zeroToo
};

/// A duration within the range, or off if allowed.
Kind duration(Duration min, Duration max, Off off, Field<Duration> field);

/// A duration within the range, off if allowed, or `auto`, which stores nothing.
Kind automaticDuration(Duration min, Duration max, Off off, Field<std::optional<Duration>> field);

/// Pairs of numbers from 0 to 255, as 1:5,2:6; the first of a pair stands in no other.
Kind bytePairs(Field<std::map<unsigned char, unsigned char>> field);

/// A name of a host or domain, of letters, digits, dots and hyphens.
Kind domainName(Field<std::string> field);

/// Numbers of applications, separated by commas, each behind its vendor and a colon if it has one.
Kind peerApplications(Field<std::vector<PeerApplication>> field);

/// A whole number of bytes given in bits, 8 to 64.
Kind bits(Field<std::size_t> field);

/// Like bits(), or `auto`, which stores nothing.
Kind optionalBits(Field<std::optional<std::size_t>> field);

/// A text with the escapes \\r \\n \\t \\0 \\\\ \\xHH. `min` and `max` limit its size in bytes after unescaping.
Kind escapedText(std::size_t min, std::size_t max, Field<std::string> field);

/// Which lines have a response: always, query, or none:PATTERN,...
Kind lineReplies(Field<LineReplies> field);

/// A boolean.
Kind boolean(Field<bool> field);

/// off, on, or IDLE,INTERVAL,COUNT.
Kind keepAlive(Field<KeepAlive> field);

/// One of these words.
template <class T>
Kind choice(std::vector<std::pair<std::string, T>> choices, Field<T> field)
{
    std::string expected = "one of ";
    for (const auto& each : choices)
        expected += (expected.size() > 7 ? ", " : "") + each.first;
    return make(field, expected,
                [choices, field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const auto found = std::find_if(choices.begin(), choices.end(),
                                                    [&text](const auto& each) { return each.first == text; });
                    if (found == choices.end())
                        return "unknown";
                    field(c, i) = found->second;
                    return {};
                });
}

/// Any text.
Kind text(const char* expected, Field<std::string> field);

/// A path without NUL characters, at which the system would cut it.
Kind path(Field<std::string> field);

/// A name or a numeric address.
Kind host(Field<std::string> field);

/// Hosts as in host(), separated by commas, or * for all interfaces.
Kind listeningHosts(Field<LocalSettings> field);

/// Addresses and CIDR ranges, separated by commas.
Kind ranges(Field<std::vector<AddressRange>> field);

/// Texts of at most `most` bytes, separated by commas; `expected` describes them. Nothing: none.
Kind list(const char* expected, std::size_t most, Field<std::vector<std::string>> field);

/// Names of ProxyExtension, separated by commas.
Kind proxyExtensions(Field<unsigned> field);

/// Addresses of the admin port, separated by commas: unix:PATH, or a numeric address with a port.
Kind adminAddresses(Field<std::vector<Endpoint>> field);

/// The path of a UNIX socket, or @NAME for an abstract one; empty: none.
Kind socketPath(Field<std::string> field);

/// unix: and such a path; the path is stored.
Kind unixSocket(Field<std::string> field);

/// The numbers of users, separated by commas.
Kind userIds(Field<std::vector<std::uint32_t>> field);

/// 0 for off, or a number of events and their period: 20/s, 30/m.
Kind rate(Field<Rate> field);

/// Permissions in octal, for the owner, the group and others.
Kind permissions(Field<unsigned> field);

/// The name of a protocol in the registry.
Kind protocol(Field<std::string> field);

} // namespace kinds

} // namespace proximux
