#pragma once

#include <Poco/Formatter.h>
#include <Poco/Message.h>

#include <string>
#include <string_view>

namespace proximux
{

/// Formats a record as one JSON object: `{"t":1700000000000,"s":"server","l":2,"d":"..."}`. `t` is milliseconds since
/// 1970, `s` the logger's name after its last dot, `l` 1 error, 2 information, 3 debug. Behind these stands `service`,
/// where there are services. The content is `d`, a text or an object, or `e`, an object (see Log::KIND). Contains no
/// line feed. Any thread.
class JsonLineFormatter : public Poco::Formatter
{
public:
    void format(const Poco::Message& message, std::string& line) override;
};

/// Formats a record as readable text: `2024-05-01 12:00:00.123 info  server: text`, in local time; of a service, where
/// there are several: `info  plc1 server: text`. Objects are shown as
/// `target=1 msg="Connection opened"`, errors as `name: message`. Contains no line feed: control characters are
/// escaped. Any thread.
class TextLineFormatter : public Poco::Formatter
{
public:
    void format(const Poco::Message& message, std::string& line) override;
};

/// The text of a record alone. Contains no line feed: control characters are escaped.
class PlainLineFormatter : public Poco::Formatter
{
public:
    void format(const Poco::Message& message, std::string& line) override;
};

/// The level of a message as in `log.level`: 1, 2 or 3.
int levelOf(const Poco::Message& message);

/// Makes text safe for a terminal: invalid UTF-8 becomes U+FFFD, control characters are escaped as in JSON.
std::string printable(std::string_view bytes);

} // namespace proximux
