#pragma once

#include <cstdint>

namespace proximux::mysql
{

/// How a server answers a command.
enum class Reply
{
    none,    ///< no answer
    status,  ///< one packet: OK, EOF or ERR
    text,    ///< one packet of any bytes
    query,   ///< OK, ERR, a request for a file, or result sets
    execute, ///< as query; with a cursor no rows follow
    rows,    ///< rows or column definitions up to EOF, or ERR
    prepare, ///< the id of a statement with its parameters and columns, or ERR
    login,   ///< a conversation up to OK or ERR
    stream   ///< packets until the connection ends, or up to EOF or ERR
};

/// The arguments after the command byte, as far as they are worth showing.
enum class Argument
{
    none,      ///< nothing, or nothing worth showing
    query,     ///< SQL, after the query's attributes if both sides support them
    prepare,   ///< SQL
    statement, ///< the id of a prepared statement
    execute,   ///< as statement; its text is shown as well
    name,      ///< a text up to a zero byte or the end
    number2,   ///< a number of 2 bytes
    number4,   ///< a number of 4 bytes
    user,      ///< a user and secrets
    secret     ///< secrets
};

/// A row of the table of commands.
struct Command
{
    std::uint8_t code;
    const char* name; ///< readable form, followed by the arguments
    Reply reply;
    Argument argument;
};

/// Codes with additional effects.
namespace code
{
constexpr std::uint8_t QUIT = 0x01;
constexpr std::uint8_t INIT_DB = 0x02;
constexpr std::uint8_t QUERY = 0x03;
constexpr std::uint8_t FIELD_LIST = 0x04;
constexpr std::uint8_t CREATE_DB = 0x05;
constexpr std::uint8_t STATISTICS = 0x09;
constexpr std::uint8_t PROCESS_INFO = 0x0A;
constexpr std::uint8_t PROCESS_KILL = 0x0C;
constexpr std::uint8_t PING = 0x0E;
constexpr std::uint8_t CHANGE_USER = 0x11;
constexpr std::uint8_t STMT_PREPARE = 0x16;
constexpr std::uint8_t STMT_EXECUTE = 0x17;
constexpr std::uint8_t STMT_LONG_DATA = 0x18;
constexpr std::uint8_t STMT_CLOSE = 0x19;
constexpr std::uint8_t STMT_RESET = 0x1A;
constexpr std::uint8_t SET_OPTION = 0x1B;
constexpr std::uint8_t STMT_FETCH = 0x1C;
constexpr std::uint8_t RESET_CONNECTION = 0x1F;
constexpr std::uint8_t STMT_BULK_EXECUTE = 0xFA;
} // namespace code

/// The row of a command byte, or null if its reply is unknown.
const Command* findCommand(std::uint8_t code);

/// The row for the login, which precedes all commands.
const Command& loginCommand();

} // namespace proximux::mysql
