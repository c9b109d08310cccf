#pragma once

#include <Poco/Formatter.h>
#include <Poco/Message.h>

#include <string>
#include <string_view>

namespace proximux
{

/// A record as one JSON object: `{"t":1700000000000,"s":"server","l":2,"d":"..."}`: milliseconds since 1970, the
/// logger's name behind its last dot, 1 error, 2 information, 3 debug, and `d`, a text or an object, or `e`, an object
/// (see Log::KIND). No line feed at its end, and none in it. Any thread.
class JsonLineFormatter : public Poco::Formatter
{
public:
    void format(const Poco::Message& message, std::string& line) override;
};

/// A record for a reader: `2024-05-01 12:00:00.123 info  server: text`, in local time. The members of an object are
/// shown as `target=1 msg="Connection opened"`, an error as `name: message`. No line feed at its end, and none in it:
/// control characters are escaped. Any thread.
class TextLineFormatter : public Poco::Formatter
{
public:
    void format(const Poco::Message& message, std::string& line) override;
};

/// The level of `log.level` to which a message belongs: 1, 2 or 3.
int levelOf(const Poco::Message& message);

/// Text for a terminal: what is not UTF-8 becomes U+FFFD, control characters are escaped as in JSON.
std::string printable(std::string_view bytes);

} // namespace proximux
