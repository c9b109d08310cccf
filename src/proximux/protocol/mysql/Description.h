#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/Statements.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux::mysql
{

/// The readable form of a command.
struct Description
{
    std::string text;
    bool secret = false;       ///< the command's bytes must not be shown; the text contains no secret
    bool secretValues = false; ///< prepared statement: neither must values bound to it
};

/// The context for interpreting commands.
struct Context
{
    std::uint64_t capabilities; ///< in force
    const Statements& statements;
    std::size_t limit; ///< bytes of a readable form
};

/// Describes a command by its arguments, which may be cut off anywhere.
Description describe(const Command& command, Bytes arguments, const Context& context);

/// Describes a login, or a change of user, by its user and database.
Description describe(const Command& command, const UserLogin& login, std::size_t limit);

} // namespace proximux::mysql
