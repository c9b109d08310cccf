#include <proximux/protocol/mysql/Handshake.h>

#include <proximux/Number.h>
#include <proximux/protocol/mysql/Fields.h>

namespace proximux::mysql
{

namespace
{

/// Adds MariaDB's capabilities, which are in bytes that MySQL reserves.
std::uint64_t withExtension(std::uint64_t capabilities, std::uint64_t extension)
{
    return (capabilities & capability::MYSQL) != 0 ? capabilities : capabilities | extension << 32U;
}

Bytes takeAnswer(Fields& fields, std::uint64_t capabilities)
{
    if ((capabilities & capability::PLUGIN_AUTH_LENENC) != 0)
        return fields.lengthEncodedText();
    if ((capabilities & capability::SECURE_CONNECTION) != 0)
        return fields.bytes(fields.number(1));
    return fields.zeroTerminated();
}

/// A text up to a zero byte, or to the end.
Bytes takeLastText(Fields& fields)
{
    return fields.rest().find('\0') != Bytes::npos ? fields.zeroTerminated() : fields.bytes(fields.rest().size());
}

constexpr std::size_t FIRST_OF_NONCE = 8; ///< bytes of a nonce in the older part of a greeting
constexpr std::size_t RESERVED = 10;
constexpr char VERSION_10 = 10;

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
    fields.skip(4); // longest packet
    const auto collation = static_cast<unsigned>(fields.number(1));
    fields.skip(19); // reserved
    const std::uint64_t extension = fields.number(4);
    if (!fields.isGood() || (own & capability::PROTOCOL_41) == 0)
        return std::nullopt;

    UserLogin login;
    login.collation = collation;
    login.capabilities = withExtension(own, extension) & serverCapabilities;
    if ((login.capabilities & capability::SSL) != 0 && packet.size() == REQUEST_FOR_TLS)
    {
        login.wantsTls = true;
        return login;
    }
    login.user = fields.zeroTerminated();
    if (!fields.isGood())
        return std::nullopt;
    login.answer = takeAnswer(fields, login.capabilities);
    if ((login.capabilities & capability::CONNECT_WITH_DB) != 0 && fields.isGood())
    {
        const Bytes database = fields.zeroTerminated();
        if (fields.isGood())
            login.database = database;
    }
    if ((login.capabilities & capability::PLUGIN_AUTH) != 0 && fields.isGood())
        login.plugin = takeLastText(fields);
    return login;
}

std::optional<Greeting> readGreeting(Bytes payload)
{
    const auto capabilities = readCapabilities(payload);
    if (!capabilities)
        return std::nullopt;
    Greeting greeting;
    greeting.capabilities = *capabilities;
    Fields fields(payload);
    fields.skip(1);
    greeting.version = fields.zeroTerminated();
    greeting.connection = fields.number(4);
    greeting.nonce = fields.bytes(FIRST_OF_NONCE);
    fields.skip(1 + 2); // filler, capabilities
    greeting.collation = static_cast<unsigned>(fields.number(1));
    greeting.status = fields.number(2);
    fields.skip(2); // capabilities
    fields.skip(1 + RESERVED);
    greeting.nonce += fields.bytes(NONCE - FIRST_OF_NONCE);
    fields.skip(1);
    if (!fields.isGood() || (greeting.capabilities & capability::PROTOCOL_41) == 0)
        return std::nullopt;
    greeting.plugin = takeLastText(fields);
    return greeting;
}

std::string greetingOf(const Greeting& greeting)
{
    const Bytes nonce = greeting.nonce;
    std::string payload(1, VERSION_10);
    payload.append(greeting.version).append(1, '\0');
    appendNumber(payload, greeting.connection, 4, ByteOrder::little);
    payload.append(nonce.substr(0, FIRST_OF_NONCE)).append(1, '\0');
    appendNumber(payload, greeting.capabilities & 0xFFFFU, 2, ByteOrder::little);
    appendNumber(payload, greeting.collation, 1);
    appendNumber(payload, greeting.status, 2, ByteOrder::little);
    appendNumber(payload, greeting.capabilities >> 16U & 0xFFFFU, 2, ByteOrder::little);
    appendNumber(payload, NONCE + 1, 1);
    appendExtension(payload, RESERVED, greeting.capabilities);
    payload.append(nonce.substr(FIRST_OF_NONCE)).append(1, '\0');
    return payload.append(greeting.plugin).append(1, '\0');
}

void appendExtension(std::string& payload, std::size_t reserved, std::uint64_t capabilities)
{
    payload.append(reserved - 4, '\0');
    appendNumber(payload, capabilities >> 32U, 4, ByteOrder::little);
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
    login.collation = static_cast<unsigned>(fields.number(2));
    if ((capabilities & capability::PLUGIN_AUTH) != 0 && fields.isGood())
        login.plugin = takeLastText(fields);
    return login;
}

} // namespace proximux::mysql
