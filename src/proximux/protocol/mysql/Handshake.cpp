#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Handshake.h>

namespace proximux::mysql
{

namespace
{

/// Adds MariaDB's capabilities, which are in bytes that MySQL reserves.
std::uint64_t withExtension(std::uint64_t capabilities, std::uint64_t extension)
{
    return (capabilities & capability::MYSQL) != 0 ? capabilities : capabilities | extension << 32U;
}

void skipAuthentication(Fields& fields, std::uint64_t capabilities)
{
    if ((capabilities & capability::PLUGIN_AUTH_LENENC) != 0)
        fields.lengthEncodedText();
    else if ((capabilities & capability::SECURE_CONNECTION) != 0)
        fields.skip(fields.number(1));
    else
        fields.zeroTerminated();
}

} // namespace

std::optional<std::uint64_t> readCapabilities(Bytes greeting)
{
    constexpr std::uint64_t VERSION = 10;
    Fields fields(greeting);
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

std::optional<UserLogin> readLogin(Bytes packet, std::uint64_t serverCapabilities)
{
    Fields fields(packet);
    const std::uint64_t own = fields.number(4);
    fields.skip(4 + 1 + 19); // longest packet, character set, reserved
    const std::uint64_t extension = fields.number(4);
    if (!fields.isGood() || (own & capability::PROTOCOL_41) == 0)
        return std::nullopt;

    UserLogin login;
    login.capabilities = withExtension(own, extension) & serverCapabilities;
    if ((login.capabilities & capability::SSL) != 0 && packet.size() == REQUEST_FOR_TLS)
    {
        login.wantsTls = true;
        return login;
    }
    login.user = fields.zeroTerminated();
    if (!fields.isGood())
        return std::nullopt;
    skipAuthentication(fields, login.capabilities);
    const Bytes database = fields.zeroTerminated();
    if ((login.capabilities & capability::CONNECT_WITH_DB) != 0 && fields.isGood())
        login.database = database;
    return login;
}

std::optional<UserLogin> readChangeUser(Bytes arguments, std::uint64_t capabilities)
{
    Fields fields(arguments);
    UserLogin login;
    login.capabilities = capabilities;
    login.user = fields.zeroTerminated();
    if (!fields.isGood())
        return std::nullopt;
    if ((capabilities & capability::SECURE_CONNECTION) != 0)
        fields.skip(fields.number(1));
    else
        fields.zeroTerminated();
    const Bytes database = fields.zeroTerminated();
    if (fields.isGood())
        login.database = database;
    return login;
}

} // namespace proximux::mysql
