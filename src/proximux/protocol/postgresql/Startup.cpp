#include <proximux/protocol/postgresql/Startup.h>

#include <proximux/protocol/postgresql/Messages.h>

#include <algorithm>

namespace proximux::postgresql
{

namespace
{

/// Whether a text means the same in each encoding.
bool isPrintable(Bytes text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace

bool Startup::read(Bytes packet)
{
    constexpr std::uint64_t MINOR = 0xffff;
    if (packet.size() <= STARTUP_HEADER || packet.back() != '\0')
        return false;
    isNewer = (codeOf(packet) & MINOR) != 0;
    std::size_t at = STARTUP_HEADER;
    while (at < packet.size() && packet[at] != '\0')
    {
        const Bytes key = textAt(packet, at);
        const Bytes value = textAt(packet, at + key.size() + 1);
        at += key.size() + value.size() + 2;
        if (at >= packet.size())
            return false; // cut off
        if (key == "user")
            user = value;
        else if (key == "database")
            database = value;
        else if (key == "replication")
            isReplication = value != "false" && value != "off" && value != "no" && value != "0";
        else if (key.substr(0, 5) == "_pq_.")
            extensions.emplace_back(key);
        else if (key == APPLICATION_NAME && isPrintable(value))
            applicationName = value;
        else
            settings.emplace_back(key, value);
    }
    if (database.empty())
        database = user;
    return at + 1 == packet.size();
}

std::string Startup::packet(Bytes name, bool isNamed) const
{
    constexpr std::uint64_t VERSION = 3U << 16U;
    std::string body;
    appendNumber(body, VERSION, 4);
    const auto say = [&body](Bytes key, Bytes value)
    {
        appendText(body, key);
        appendText(body, value);
    };
    say("user", name);
    say("database", database);
    if (isNamed && !applicationName.empty())
        say(APPLICATION_NAME, applicationName);
    for (const auto& [key, value] : settings)
        say(key, value);
    body.push_back('\0');
    std::string packet;
    appendNumber(packet, body.size() + 4, 4);
    return packet.append(body);
}

std::string errorMessage(Bytes severity, Bytes code, Bytes text, Bytes hint)
{
    std::string body;
    const auto say = [&body](char field, Bytes value)
    {
        body.push_back(field);
        appendText(body, value);
    };
    say('S', severity);
    say('V', severity);
    say('C', code);
    say('M', text);
    if (!hint.empty())
        say('H', hint);
    body.push_back('\0');
    return message('E', body);
}

std::string readyMessage()
{
    return message('Z', "I");
}

} // namespace proximux::postgresql
