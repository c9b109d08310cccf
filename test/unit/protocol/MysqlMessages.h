#pragma once

#include <proximux/protocol/mysql/Handshake.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace proximux::mysql::test
{

/// One read of one side.
struct Step
{
    bool fromClient;
    std::string bytes;
};

constexpr std::uint64_t BASE =
    capability::PROTOCOL_41 | capability::SECURE_CONNECTION | capability::CONNECT_WITH_DB | capability::MYSQL;

std::string number(std::uint64_t value, std::size_t width); ///< little-endian
std::string text(const std::string& value);                 ///< with its length in front, at most 250 bytes

/// One message as packets, the first with this sequence number.
std::string packets(std::uint8_t sequence, const std::string& payload);

std::string greeting(std::uint64_t capabilities);
std::string login(std::uint64_t capabilities, const std::string& user, const std::string& database);
std::string tlsRequest();

std::string ok(std::uint16_t flags = 2);
std::string okAtEnd(std::uint16_t flags = 2); ///< with 0xFE, as behind rows
std::string eof(std::uint16_t flags = 2);
std::string error();
std::string progress();
std::string column(const std::string& name);
std::string prepared(std::uint32_t id, std::uint16_t columns, std::uint16_t parameters);

/// Messages of a server with rising sequence numbers.
std::string answer(const std::vector<std::string>& messages, std::uint8_t sequence = 1);

/// A command with sequence number 0.
std::string command(std::uint8_t code, const std::string& arguments = {});
std::string query(const std::string& sql);

/// Greeting, login as "app" and OK.
std::vector<Step> loggedIn(std::uint64_t capabilities = BASE);

/// The steps of a conversation behind a login.
std::vector<Step> behindLogin(const std::vector<Step>& steps, std::uint64_t capabilities = BASE);

Step client(const std::string& bytes);
Step target(const std::string& bytes);

} // namespace proximux::mysql::test
