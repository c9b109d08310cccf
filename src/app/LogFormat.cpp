#include <app/LogFormat.h>

#include <proximux/Log.h>

#include <Poco/DateTimeFormatter.h>
#include <Poco/LocalDateTime.h>

#include <cstdint>

namespace proximux
{

namespace
{

std::string_view scopeOf(const Poco::Message& message)
{
    const std::string_view source = message.getSource();
    return source.substr(source.rfind('.') + 1);
}

/// Returns a copy: since POCO 1.14 get() returns by value.
std::string kindOf(const Poco::Message& message)
{
    return message.get(Log::KIND, std::string());
}

/// Empty: the record is of no service.
std::string serviceOf(const Poco::Message& message)
{
    return message.get(Log::SERVICE, std::string());
}

/// The end of the JSON value at the beginning of `json`.
std::size_t valueEnd(std::string_view json)
{
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i)
    {
        const char c = json[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '{')
            ++depth;
        else if (!quoted && ((c == '}' && --depth < 0) || (c == ',' && depth == 0)))
            return i;
    }
    return json.size();
}

/// Removes the next `"name":value` from the members.
struct Member
{
    std::string_view name;
    std::string_view value;
};

Member takeMember(std::string_view& members)
{
    const std::size_t colon = members.find("\":");
    if (members.empty() || members.front() != '"' || colon == std::string_view::npos)
    {
        const Member whole{{}, members};
        members = {};
        return whole;
    }
    const std::string_view rest = members.substr(colon + 2);
    const std::size_t end = valueEnd(rest);
    const Member member{members.substr(1, colon - 1), rest.substr(0, end)};
    members = end < rest.size() ? rest.substr(end + 1) : std::string_view();
    return member;
}

std::string_view withoutBraces(std::string_view object)
{
    return object.size() < 2 ? object : object.substr(1, object.size() - 2);
}

std::string readableObject(std::string_view object)
{
    std::string text;
    for (std::string_view members = withoutBraces(object); !members.empty();)
    {
        const Member member = takeMember(members);
        if (!text.empty())
            text += ' ';
        text += member.name;
        if (!member.name.empty())
            text += '=';
        text += member.value;
    }
    return text;
}

std::string readableError(std::string_view object)
{
    std::string text;
    for (std::string_view members = withoutBraces(object); !members.empty();)
    {
        const std::string_view value = takeMember(members).value;
        if (!text.empty())
            text += ": ";
        text += value.size() > 1 && value.front() == '"' ? value.substr(1, value.size() - 2) : value;
    }
    return text;
}

std::string readableText(const Poco::Message& message)
{
    const std::string kind = kindOf(message);
    if (kind == "object")
        return readableObject(message.getText());
    return kind == "error" ? readableError(message.getText()) : printable(message.getText());
}

} // namespace

int levelOf(const Poco::Message& message)
{
    if (message.getPriority() <= Poco::Message::PRIO_ERROR)
        return 1;
    return message.getPriority() <= Poco::Message::PRIO_INFORMATION ? 2 : 3;
}

std::string printable(std::string_view bytes)
{
    const std::string literal = toJsonString(bytes);
    std::string text;
    text.reserve(literal.size());
    for (std::size_t i = 1; i + 1 < literal.size(); ++i)
    {
        if (literal[i] == '\\' && (literal[i + 1] == '"' || literal[i + 1] == '\\'))
            ++i; // needs no escape in plain text
        text += literal[i];
    }
    return text;
}

void JsonLineFormatter::format(const Poco::Message& message, std::string& line)
{
    const std::string kind = kindOf(message);
    line = "{\"t\":";
    line += std::to_string(message.getTime().epochMicroseconds() / 1000);
    line += ",\"s\":";
    line += toJsonString(scopeOf(message));
    line += ",\"l\":";
    line += std::to_string(levelOf(message));
    if (const std::string service = serviceOf(message); !service.empty())
        line += ",\"service\":" + toJsonString(service);
    line += kind == "error" ? ",\"e\":" : ",\"d\":";
    line += kind.empty() ? toJsonString(message.getText()) : message.getText();
    line += '}';
}

void PlainLineFormatter::format(const Poco::Message& message, std::string& line)
{
    line = printable(message.getText());
}

void TextLineFormatter::format(const Poco::Message& message, std::string& line)
{
    static const char* const WORDS[] = {"error", "info ", "debug"};
    const Poco::LocalDateTime time{Poco::DateTime(message.getTime())};
    line = Poco::DateTimeFormatter::format(time, "%Y-%m-%d %H:%M:%S.%i ");
    line += WORDS[levelOf(message) - 1];
    line += ' ';
    if (const std::string service = serviceOf(message); !service.empty())
        line += printable(service) + " ";
    line += printable(scopeOf(message));
    line += ": ";
    line += readableText(message);
}

} // namespace proximux
