#pragma once

#include <proximux/Framing.h>
#include <proximux/Number.h>

#include <string>

namespace proximux::diameter_messages
{

constexpr unsigned CAPABILITIES = 257;
constexpr unsigned RE_AUTH = 258;
constexpr unsigned CREDIT = 272;
constexpr unsigned WATCHDOG = 280;
constexpr unsigned DISCONNECT = 282;

constexpr unsigned REQUEST = 0x80;
constexpr unsigned PROXIABLE = 0x40;
constexpr unsigned FAILURE = 0x20;

inline std::string number(std::uint64_t value, std::size_t width = 4)
{
    std::string text;
    appendNumber(text, value, width);
    return text;
}

inline std::string avp(unsigned code, const std::string& value, unsigned flags = 0x40)
{
    const std::string head = number(code) + number(flags, 1) + number(8 + value.size(), 3);
    return head + value + std::string((4 - value.size() % 4) % 4, '\0');
}

inline std::string message(unsigned flags, unsigned command, unsigned hop, unsigned end, const std::string& avps = "",
                           unsigned application = 0)
{
    return number(1, 1) + number(20 + avps.size(), 3) + number(flags, 1) + number(command, 3) + number(application) +
           number(hop) + number(end) + avps;
}

inline std::string session(const std::string& id)
{
    return avp(263, id);
}

inline std::string result(unsigned code)
{
    return avp(268, number(code));
}

inline std::string origin(const std::string& host, const std::string& realm)
{
    return avp(264, host) + avp(296, realm);
}

inline std::string ask(unsigned id, const std::string& user)
{
    return message(REQUEST | PROXIABLE, CREDIT, id, id, session("c;1;" + user) + avp(1, user), 4);
}

inline Framing framing()
{
    Framing made;
    made.diameterIdentity = "p.test";
    made.diameterRealm = "test";
    return made;
}

} // namespace proximux::diameter_messages
