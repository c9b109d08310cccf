#include <proximux/protocol/mysql/MysqlFields.h>
#include <proximux/protocol/mysql/MysqlHandshake.h>

namespace proximux
{

namespace
{

/// Adds MariaDB's capabilities, which are in bytes that MySQL reserves.
std::uint64_t withExtension(std::uint64_t capabilities, std::uint64_t extension)
{
    return (capabilities & mysqlCapability::MYSQL) != 0 ? capabilities : capabilities | extension << 32U;
}

void skipAuthentication(MysqlFields& fields, std::uint64_t capabilities)
{
    if ((capabilities & mysqlCapability::PLUGIN_AUTH_LENENC) != 0)
        fields.lengthEncodedText();
    else if ((capabilities & mysqlCapability::SECURE_CONNECTION) != 0)
        fields.skip(fields.number(1));
    else
        fields.zeroTerminated();
}

} // namespace

std::optional<std::uint64_t> mysqlServerCapabilities(Bytes greeting)
{
    constexpr std::uint64_t VERSION = 10;
    MysqlFields fields(greeting);
    if (fields.number(1) != VERSION)
        return std::nullopt;
    fields.zeroTerminated(); // the server's version
    fields.skip(4 + 8 + 1);  // connection id, first part of the nonce, filler
    std::uint64_t capabilities = fields.number(2);
    if (!fields.isGood())
        return std::nullopt;
    fields.skip(1 + 2); // character set, status
    const std::uint64_t upper = fields.number(2);
    fields.skip(1 + 6); // length of the nonce, reserved
    const std::uint64_t extension = fields.number(4);
    if (!fields.isGood())
        return capabilities; // old servers send no more
    capabilities |= upper << 16U;
    return withExtension(capabilities, extension);
}

std::optional<MysqlLogin> mysqlLogin(Bytes packet, std::uint64_t serverCapabilities)
{
    MysqlFields fields(packet);
    const std::uint64_t own = fields.number(4);
    fields.skip(4 + 1 + 19); // longest packet, character set, reserved
    const std::uint64_t extension = fields.number(4);
    if (!fields.isGood() || (own & mysqlCapability::PROTOCOL_41) == 0)
        return std::nullopt;

    MysqlLogin login;
    login.capabilities = withExtension(own, extension) & serverCapabilities;
    if ((login.capabilities & mysqlCapability::SSL) != 0)
    {
        login.wantsTls = true;
        return login;
    }
    login.user = fields.zeroTerminated();
    if (!fields.isGood())
        return std::nullopt;
    skipAuthentication(fields, login.capabilities);
    const Bytes database = fields.zeroTerminated();
    if ((login.capabilities & mysqlCapability::CONNECT_WITH_DB) != 0 && fields.isGood())
        login.database = database;
    return login;
}

std::optional<MysqlLogin> mysqlChangedUser(Bytes arguments, std::uint64_t capabilities)
{
    MysqlFields fields(arguments);
    MysqlLogin login;
    login.capabilities = capabilities;
    login.user = fields.zeroTerminated();
    if (!fields.isGood())
        return std::nullopt;
    if ((capabilities & mysqlCapability::SECURE_CONNECTION) != 0)
        fields.skip(fields.number(1));
    else
        fields.zeroTerminated();
    const Bytes database = fields.zeroTerminated();
    if (fields.isGood())
        login.database = database;
    return login;
}

} // namespace proximux
