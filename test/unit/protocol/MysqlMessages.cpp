#include "MysqlMessages.h"

#include <algorithm>

namespace proximux::mysql::test
{

using namespace std::string_literals;

std::string number(std::uint64_t value, std::size_t width)
{
    std::string bytes;
    for (std::size_t i = 0; i < width; ++i)
        bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}

std::string text(const std::string& value)
{
    return number(value.size(), 1) + value;
}

std::string packets(std::uint8_t sequence, const std::string& payload)
{
    constexpr std::size_t FULL = 0xFFFFFF;
    std::string bytes;
    std::size_t at = 0;
    for (;;)
    {
        const std::size_t n = std::min(FULL, payload.size() - at);
        bytes += number(n, 3) + number(sequence++, 1);
        bytes.append(payload, at, n);
        at += n;
        if (n < FULL)
            return bytes;
    }
}

std::string greeting(std::uint64_t capabilities)
{
    return packets(0, "\x0A"s + "10.11.6-Test\0"s + number(7, 4) + "abcdefgh\0"s + number(capabilities, 2) + "\x21"s +
                          number(2, 2) + number(capabilities >> 16U, 2) + "\x15"s + std::string(6, '\0') +
                          number(capabilities >> 32U, 4) + "ijklmnopqrst\0"s + "mysql_native_password\0"s);
}

std::string login(std::uint64_t capabilities, const std::string& user, const std::string& database)
{
    return packets(1, number(capabilities, 4) + number(1U << 24U, 4) + "\x21"s + std::string(19, '\0') +
                          number(capabilities >> 32U, 4) + user + "\0"s + text("SECRETSECRETSECRET12") + database +
                          "\0mysql_native_password\0"s);
}

std::string tlsRequest()
{
    return packets(1, number(BASE | capability::SSL, 4) + std::string(28, '\0'));
}

std::string ok(std::uint16_t flags)
{
    return "\0\0\0"s + number(flags, 2) + "\0\0"s;
}

std::string okAtEnd(std::uint16_t flags)
{
    return "\xFE\0\0"s + number(flags, 2) + "\0\0"s;
}

std::string eof(std::uint16_t flags)
{
    return "\xFE\0\0"s + number(flags, 2);
}

std::string error()
{
    return "\xFF\x28\x04#42000You have an error"s;
}

std::string progress()
{
    return "\xFF\xFF\xFF\x01\x01\x02\x10\x00\x00\x05stage"s;
}

std::string column(const std::string& name)
{
    return text("def") + text("db") + text("t") + text("t") + text(name) + text(name) +
           "\x0C\x21\0\x50\0\0\0\xFD\0\0\0\0\0"s;
}

std::string prepared(std::uint32_t id, std::uint16_t columns, std::uint16_t parameters)
{
    return "\0"s + number(id, 4) + number(columns, 2) + number(parameters, 2) + "\0\0\0"s;
}

std::string answer(const std::vector<std::string>& messages, std::uint8_t sequence)
{
    std::string bytes;
    for (const std::string& message : messages)
    {
        bytes += packets(sequence, message);
        sequence = static_cast<std::uint8_t>(sequence + 1 + message.size() / 0xFFFFFF);
    }
    return bytes;
}

std::string command(std::uint8_t code, const std::string& arguments)
{
    return packets(0, number(code, 1) + arguments);
}

std::string query(const std::string& sql)
{
    return command(0x03, sql);
}

std::vector<Step> loggedIn(std::uint64_t capabilities)
{
    return {target(greeting(capabilities)), client(login(capabilities, "app", "shop")), target(answer({ok()}, 2))};
}

std::vector<Step> behindLogin(const std::vector<Step>& steps, std::uint64_t capabilities)
{
    std::vector<Step> all = loggedIn(capabilities);
    all.insert(all.end(), steps.begin(), steps.end());
    return all;
}

Step client(const std::string& bytes)
{
    return {true, bytes};
}

Step target(const std::string& bytes)
{
    return {false, bytes};
}

} // namespace proximux::mysql::test
