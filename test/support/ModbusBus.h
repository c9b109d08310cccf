#pragma once

#include "support/Identified.h"

#include <string>

/// Messages of Modbus on a serial line; written without the code under test.
namespace proximux::identified
{

inline std::string rtu(int unit, int function, const std::string& data)
{
    std::string text = bytes({unit, function}) + data;
    unsigned crc = 0xFFFF;
    for (const char c : text)
    {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = crc % 2 != 0 ? crc / 2 ^ 0xA001U : crc / 2;
    }
    return text + bytes({static_cast<int>(crc % 256), static_cast<int>(crc / 256)});
}

inline std::string ascii(int unit, int function, const std::string& data)
{
    const std::string body = bytes({unit, function}) + data;
    unsigned sum = 0;
    std::string text = ":";
    const auto add = [&text](unsigned byte)
    {
        text += "0123456789ABCDEF"[byte / 16];
        text += "0123456789ABCDEF"[byte % 16];
    };
    for (const char c : body)
    {
        add(static_cast<unsigned char>(c));
        sum += static_cast<unsigned char>(c);
    }
    add((256 - sum % 256) % 256);
    return text + "\r\n";
}

} // namespace proximux::identified
