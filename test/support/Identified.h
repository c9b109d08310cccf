#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>

/// Messages of protocols that have an id.
namespace proximux::identified
{

inline std::string bytes(std::initializer_list<int> values)
{
    std::string text;
    for (const int value : values)
        text.push_back(static_cast<char>(value));
    return text;
}

inline std::string u16(unsigned value)
{
    return bytes({static_cast<int>(value >> 8U), static_cast<int>(value & 255U)});
}

inline std::string modbus(int unit, int function, const std::string& data, unsigned id = 0x1234)
{
    return u16(id) + u16(0) + u16(static_cast<unsigned>(2 + data.size())) + bytes({unit, function}) + data;
}

inline std::string name(const std::string& text)
{
    std::string wire;
    std::size_t at = 0;
    while (at < text.size())
    {
        const std::size_t end = std::min(text.find('.', at), text.size());
        wire += static_cast<char>(end - at) + text.substr(at, end - at);
        at = end + 1;
    }
    return wire + '\0';
}

inline std::string record(unsigned type, const std::string& data, const std::string& owner = "")
{
    return name(owner) + u16(type) + u16(1) + u16(0) + u16(0) + u16(static_cast<unsigned>(data.size())) + data;
}

/// flags: 0x0100 a query with recursion desired, 0x8180 its response.
inline std::string dns(const std::string& host, unsigned type = 1, unsigned flags = 0x0100,
                       const std::string& additional = "", unsigned records = 0)
{
    const std::string message = u16(0xabcd) + u16(flags) + u16(1) + u16(0) + u16(0) + u16(records) + name(host) +
                                u16(type) + u16(1) + additional;
    return u16(static_cast<unsigned>(message.size())) + message;
}

} // namespace proximux::identified
