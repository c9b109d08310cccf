#pragma once

#include <cstdint>

namespace proximux
{

/// How a server answers a command.
enum class MysqlReply
{
    none,    ///< not at all
    status,  ///< one packet: OK, EOF or ERR
    text,    ///< one packet of any bytes
    query,   ///< OK, ERR, a request for a file, or result sets
    execute, ///< as query; with a cursor no rows follow
    rows,    ///< rows or column definitions up to EOF, or ERR
    prepare, ///< a statement's id with its parameters and columns, or ERR
    login,   ///< a conversation up to OK or ERR
    stream   ///< packets as long as the connection lives, or up to EOF or ERR
};

/// What stands behind the command byte, as far as it is worth showing.
enum class MysqlArgument
{
    none,      ///< nothing, or nothing worth showing
    query,     ///< SQL, behind the attributes of the query where both sides know them
    prepare,   ///< SQL
    statement, ///< the id of a prepared statement
    execute,   ///< as statement; its text is shown too
    name,      ///< a text up to a zero byte or the end
    number2,   ///< a number of 2 bytes
    number4,   ///< and of 4
    user,      ///< a user and secrets
    secret     ///< secrets
};

/// A row of the table of commands.
struct MysqlCommand
{
    std::uint8_t code;
    const char* name; ///< its readable form, what it is about stands behind it
    MysqlReply reply;
    MysqlArgument argument;
};

/// Codes that mean more than their row in the table.
namespace mysqlCode
{
constexpr std::uint8_t QUIT = 0x01;
constexpr std::uint8_t CHANGE_USER = 0x11;
constexpr std::uint8_t STMT_PREPARE = 0x16;
constexpr std::uint8_t STMT_CLOSE = 0x19;
constexpr std::uint8_t RESET_CONNECTION = 0x1F;
} // namespace mysqlCode

/// The row of a command byte, or null where it is not known how the server would answer.
const MysqlCommand* findMysqlCommand(std::uint8_t code);

/// The row for what comes before all commands.
const MysqlCommand& mysqlLoginCommand();

} // namespace proximux
