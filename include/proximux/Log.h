#pragma once

#include <Poco/Logger.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace proximux
{

/// The source of a record: the `s` of a JSON line, and the Poco::Logger "proximux.<scope>".
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

/// Builds the text of one JSON object, with members in the order of the calls. Strings may contain any bytes: invalid
/// UTF-8 becomes U+FFFD, control characters are escaped.
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

/// A JSON string literal, including quotes, of any bytes.
std::string toJsonString(std::string_view bytes);

/// Masks a numeric address, as the original does. With a dot after the first character, the last two decimal groups
/// become `x.x`. Otherwise the first one or two hexadecimal digits of each part between colons become `x`.
std::string maskAddress(std::string_view address);

/// The library's log. Writes to the four Poco::Loggers; the host program gives them channels. Call wants() before
/// formatting a record. Any thread.
class Log
{
public:
    /// maskAddresses: whether address() and host() mask addresses. service: whose records these are, where a process
    /// has several services; empty: they do not say.
    explicit Log(bool maskAddresses, std::string service = {});

    /// Whether it masks them from now on.
    void maskAddresses(bool mask) { _maskAddresses = mask; }

    [[nodiscard]] bool wants(LogScope scope, LogLevel level) const;

    /// Writes no record above this level, 0 to 3, whatever the loggers admit: unlike theirs, this limit may be changed
    /// while others log. It holds for all Logs of the process.
    static void limit(int level);

    /// Writes a record whose `d` is a text.
    void text(LogScope scope, LogLevel level, const std::string& text) const;

    /// Writes a record whose `d` is an object.
    void object(LogScope scope, LogLevel level, const JsonText& object) const;

    /// Writes a record of level 1 whose `e` is {name, message}.
    void failure(LogScope scope, const std::string& name, const std::string& message) const;

    /// "address:port" of a peer, masked if configured; without the port if that is 0, as for a UNIX socket.
    [[nodiscard]] std::string address(const std::string& host, std::uint16_t port) const;

    /// A configured name or address; addresses are masked if configured, names never.
    [[nodiscard]] std::string host(const std::string& host) const;

    /// The Poco::Message parameter that tells the kind of its text: absent for plain text, "object" for a JSON object
    /// in `d`, "error" for one in `e`.
    static const std::string KIND;

    /// The parameter with the name of the service; absent where there is none.
    static const std::string SERVICE;

private:
    void write(LogScope scope, LogLevel level, const std::string& text, const char* kind) const;
    [[nodiscard]] Poco::Logger& logger(LogScope scope) const { return *_loggers[static_cast<std::size_t>(scope)]; }

    const std::string _service;
    Poco::Logger* _loggers[4];
    std::atomic<bool> _maskAddresses;
};

} // namespace proximux
