#include <proximux/protocol/mysql/Command.h>

namespace proximux::mysql
{

namespace
{

constexpr Command COMMANDS[] = {
    {code::QUIT, "quit", Reply::none, Argument::none},
    {0x02, "use", Reply::status, Argument::name},
    {0x03, "query", Reply::query, Argument::query},
    {0x04, "list fields of", Reply::rows, Argument::name},
    {0x05, "create database", Reply::status, Argument::name},
    {0x06, "drop database", Reply::status, Argument::name},
    {0x07, "refresh", Reply::status, Argument::none},
    {0x08, "shutdown", Reply::status, Argument::none},
    {0x09, "statistics", Reply::text, Argument::none},
    {0x0A, "list processes", Reply::query, Argument::none},
    {0x0C, "kill", Reply::status, Argument::number4},
    {0x0D, "debug", Reply::status, Argument::none},
    {0x0E, "ping", Reply::status, Argument::none},
    {code::CHANGE_USER, "change user", Reply::login, Argument::user},
    {0x12, "binlog dump", Reply::stream, Argument::none},
    {0x13, "table dump", Reply::stream, Argument::none},
    {0x15, "register replica", Reply::status, Argument::secret},
    {code::STMT_PREPARE, "prepare", Reply::prepare, Argument::prepare},
    {0x17, "execute", Reply::execute, Argument::execute},
    {0x18, "long data", Reply::none, Argument::execute},
    {code::STMT_CLOSE, "close", Reply::none, Argument::statement},
    {0x1A, "reset", Reply::status, Argument::statement},
    {0x1B, "set option", Reply::status, Argument::number2},
    {0x1C, "fetch", Reply::rows, Argument::statement},
    {0x1E, "binlog dump", Reply::stream, Argument::none},
    {code::RESET_CONNECTION, "reset connection", Reply::status, Argument::none},
    {0x20, "clone", Reply::stream, Argument::none},
    {0x21, "subscribe to group replication", Reply::stream, Argument::none},
    {0xFA, "execute in bulk", Reply::execute, Argument::execute}, // MariaDB
};

constexpr Command LOGIN = {0, "login", Reply::login, Argument::user};

} // namespace

const Command* findCommand(std::uint8_t code)
{
    for (const Command& command : COMMANDS)
        if (command.code == code)
            return &command;
    return nullptr;
}

const Command& loginCommand()
{
    return LOGIN;
}

} // namespace proximux::mysql
