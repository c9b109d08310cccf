#include <proximux/protocol/mysql/Description.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/sql/Secrets.h>

#include <vector>

namespace proximux::mysql
{

namespace
{

/// Skips one value of the binary protocol.
void skipValue(Fields& fields, std::uint64_t type)
{
    switch (type & 0xFFU)
    {
    case 0x01: // TINY
        return fields.skip(1);
    case 0x02: // SHORT
    case 0x0D: // YEAR
        return fields.skip(2);
    case 0x03: // LONG
    case 0x04: // FLOAT
    case 0x09: // INT24
        return fields.skip(4);
    case 0x05: // DOUBLE
    case 0x08: // LONGLONG
        return fields.skip(8);
    case 0x06: // NULL
        return;
    case 0x07: // TIMESTAMP
    case 0x0A: // DATE
    case 0x0B: // TIME
    case 0x0C: // DATETIME
        return fields.skip(fields.number(1));
    default:
        fields.lengthEncodedText();
    }
}

/// Skips the attributes before the text of a query, present if both sides support them.
void skipAttributes(Fields& fields)
{
    constexpr std::uint64_t MOST = 65535;
    const std::uint64_t count = fields.lengthEncodedNumber();
    fields.lengthEncodedNumber(); // number of sets, always 1
    if (count == 0)
        return;
    const Bytes nulls = fields.bytes((count + 7) / 8);
    const bool typesFollow = fields.number(1) == 1;
    if (count > MOST || !typesFollow)
        return fields.fail();

    std::vector<std::uint64_t> types;
    for (std::uint64_t i = 0; i < count && fields.isGood(); ++i)
    {
        types.push_back(fields.number(2));
        fields.lengthEncodedText(); // its name
    }
    for (std::size_t i = 0; i < types.size() && fields.isGood(); ++i)
        if ((static_cast<unsigned char>(nulls[i / 8]) >> (i % 8) & 1U) == 0)
            skipValue(fields, types[i]);
}

Description describeSql(std::string text, Bytes sql, std::size_t limit)
{
    if (sql::mayHoldPassword(sql))
        return {text + sql::withheldForm(sql), true};
    text.append(sql.substr(0, limit));
    return {std::move(text), false};
}

Description describeQuery(const Command& command, Bytes arguments, const Context& context)
{
    Fields fields(arguments);
    if ((context.capabilities & capability::QUERY_ATTRIBUTES) != 0)
        skipAttributes(fields);
    if (!fields.isGood())
        return {std::string(command.name) + " <withheld>", true};
    return fields.rest().empty() ? Description{command.name, false} : describeSql({}, fields.rest(), context.limit);
}

Description describePrepare(const Command& command, Bytes sql, std::size_t limit)
{
    Description description = describeSql(std::string(command.name) + ": ", sql, limit);
    description.secretValues = description.secret || sql::namesPassword(sql);
    return description;
}

Description describeExecute(const Command& command, Bytes arguments, const Statements& statements)
{
    const auto id = static_cast<std::uint32_t>(Fields(arguments).number(4));
    Description description{command.name, true};
    if (id != Statements::LAST)
        description.text += " " + std::to_string(id);
    if (const Statement* statement = statements.find(id))
    {
        description.secret = statement->secret;
        if (!statement->text.empty())
            description.text += ": " + statement->text;
    }
    return description;
}

Description describeName(const Command& command, Bytes arguments)
{
    std::string text = command.name;
    text.append(" ").append(arguments.substr(0, arguments.find('\0')));
    return {std::move(text), false};
}

Description describeNumber(const Command& command, Bytes arguments, std::size_t width)
{
    return {std::string(command.name) + " " + std::to_string(Fields(arguments).number(width)), false};
}

Description describeWhole(const Command& command, Bytes arguments, const Context& context)
{
    switch (command.argument)
    {
    case Argument::none:
        return {command.name, false};
    case Argument::query:
        return describeQuery(command, arguments, context);
    case Argument::prepare:
        return describePrepare(command, arguments, context.limit);
    case Argument::execute:
        return describeExecute(command, arguments, context.statements);
    case Argument::name:
        return describeName(command, arguments);
    case Argument::number2:
        return describeNumber(command, arguments, 2);
    case Argument::statement:
    case Argument::number4:
        return describeNumber(command, arguments, 4);
    case Argument::user:
        if (const auto login = readChangeUser(arguments, context.capabilities))
            return describe(command, *login, context.limit);
        break;
    case Argument::secret:
        break;
    }
    return {command.name, true};
}

} // namespace

Description describe(const Command& command, Bytes arguments, const Context& context)
{
    Description description = describeWhole(command, arguments, context);
    if (description.text.size() > context.limit)
        description.text.resize(context.limit);
    return description;
}

Description describe(const Command& command, const UserLogin& login, std::size_t limit)
{
    std::string text = command.name;
    text.append(" ").append(login.user);
    if (!login.database.empty())
        text.append(", database ").append(login.database);
    if (text.size() > limit)
        text.resize(limit);
    return {std::move(text), true};
}

} // namespace proximux::mysql
