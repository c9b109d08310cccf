#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/mysql/MysqlCommand.h>
#include <proximux/protocol/mysql/MysqlHandshake.h>
#include <proximux/protocol/mysql/MysqlStatements.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// The readable form of a command.
struct MysqlDescription
{
    std::string text;
    bool secret = false;       ///< the command's bytes must not be shown; the text contains no secret
    bool secretValues = false; ///< prepared statement: neither must values bound to it
};

/// The context for interpreting commands.
struct MysqlContext
{
    std::uint64_t capabilities; ///< in force
    const MysqlStatements& statements;
    std::size_t limit; ///< bytes of a readable form
};

/// Describes a command by its arguments, which may be cut off anywhere.
MysqlDescription describe(const MysqlCommand& command, Bytes arguments, const MysqlContext& context);

/// Describes a login, or a change of user, by its user and database.
MysqlDescription describe(const MysqlCommand& command, const MysqlLogin& login, std::size_t limit);

} // namespace proximux
