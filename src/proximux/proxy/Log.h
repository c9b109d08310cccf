#pragma once

#include <Poco/Logger.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace proximux
{

/// Who speaks in a record: the `s` of a JSON line, and the Poco::Logger "proximux.<scope>".
enum class LogScope
{
    server,
    exchange,
    target,
    pool
};

/// The levels of `log.level`; they are Poco's PRIO_ERROR, PRIO_INFORMATION and PRIO_DEBUG.
enum class LogLevel
{
    error = 1,
    info = 2,
    debug = 3
};

/// Builds the text of one JSON object, in the order of the calls. Strings may hold any bytes: what is not UTF-8
/// becomes U+FFFD, control characters are escaped.
class JsonText
{
public:
    JsonText& add(std::string_view key, std::string_view value);
    JsonText& add(std::string_view key, const char* value) { return add(key, std::string_view(value)); }
    JsonText& add(std::string_view key, std::int64_t value);
    JsonText& add(std::string_view key, double value); ///< three decimals
    JsonText& add(std::string_view key, bool value);
    JsonText& add(std::string_view key, const JsonText& object);

    [[nodiscard]] std::string toString() const { return "{" + _members + "}"; }

private:
    void name(std::string_view key);

    std::string _members;
};

/// A JSON string literal, quotes included, of any bytes.
std::string toJsonString(std::string_view bytes);

/// Hides part of a numeric address, as the original does: with a dot behind the first character the last two decimal
/// groups become `x.x`; otherwise in each part between colons the first one or two hexadecimal digits become `x`.
std::string maskAddress(std::string_view address);

/// What the library logs with. Writes to the four Poco::Loggers; whoever embeds the library gives them channels.
/// Test wants() before anything is formatted. Any thread.
class Log
{
public:
    /// maskAddresses: whether address() masks.
    explicit Log(bool maskAddresses);

    [[nodiscard]] bool wants(LogScope scope, LogLevel level) const;

    /// A record whose `d` is a text.
    void text(LogScope scope, LogLevel level, const std::string& text) const;

    /// A record whose `d` is an object.
    void object(LogScope scope, LogLevel level, const JsonText& object) const;

    /// A record of level 1 whose `e` is {name, message}.
    void failure(LogScope scope, const std::string& name, const std::string& message) const;

    /// "address:port" of a peer, masked where that is wanted.
    [[nodiscard]] std::string address(const std::string& host, std::uint16_t port) const;

    /// A name or an address that was configured: an address is masked where that is wanted, a name is none.
    [[nodiscard]] std::string host(const std::string& host) const;

    /// The parameter of a Poco::Message that says what its text is: absent a text, "object" an object's JSON for `d`,
    /// "error" an object's JSON for `e`.
    static const std::string KIND;

private:
    [[nodiscard]] Poco::Logger& logger(LogScope scope) const { return *_loggers[static_cast<std::size_t>(scope)]; }

    Poco::Logger* _loggers[4];
    bool _maskAddresses;
};

} // namespace proximux
