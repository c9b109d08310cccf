#pragma once

#include <proximux/protocol/MysqlCommand.h>
#include <proximux/protocol/MysqlHandshake.h>
#include <proximux/protocol/MysqlStatements.h>
#include <proximux/wire/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// The readable form of a command.
struct MysqlDescription
{
    std::string text;
    bool secret = false;       ///< the command's bytes are not to be shown; the text holds no secret
    bool secretValues = false; ///< of a statement to be prepared: neither are those that bind values to it
};

/// What commands are to be understood with.
struct MysqlContext
{
    std::uint64_t capabilities; ///< those that are in force
    const MysqlStatements& statements;
    std::size_t limit; ///< bytes of a readable form
};

/// Describes a command by what stands behind its command byte; the arguments may be cut at any place.
MysqlDescription describe(const MysqlCommand& command, Bytes arguments, const MysqlContext& context);

/// Describes a login, or a change of user, by its user and database.
MysqlDescription describe(const MysqlCommand& command, const MysqlLogin& login, std::size_t limit);

} // namespace proximux
