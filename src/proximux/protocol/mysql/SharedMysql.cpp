#include <proximux/protocol/mysql/SharedMysql.h>

#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Description.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Kill.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/TargetDialog.h>

namespace proximux::mysql
{

namespace
{

/// Of a login, or its answers.
bool isLogin(Bytes request)
{
    return request.size() <= HEADER || numberOf(request) != 0;
}

Description descriptionOf(Bytes request, std::size_t limit)
{
    const auto code = static_cast<std::uint8_t>(request[HEADER]);
    const Command* command = findCommand(code);
    if (command == nullptr)
        return {"command " + std::to_string(code), true, false};
    const Statements none(0);
    return mysql::describe(*command, request.substr(HEADER + 1), {0, none, limit});
}

} // namespace

std::string SharedMysql::describe(Bytes request, std::size_t limit) const
{
    return isLogin(request) ? "login" : descriptionOf(request, limit).text;
}

std::unique_ptr<LoginDialog> SharedMysql::stopping(Bytes greeting) const
{
    const auto facts = factsIn(greeting);
    return facts ? std::make_unique<KillDialog>(facts->greeting.connection) : nullptr;
}

/// Values of a prepared statement may be anything.
bool SharedMysql::isSecret(Bytes request) const
{
    if (isLogin(request))
        return true;
    const auto code = static_cast<std::uint8_t>(request[HEADER]);
    return code == code::STMT_EXECUTE || code == code::STMT_LONG_DATA || code == code::STMT_BULK_EXECUTE ||
           descriptionOf(request, request.size()).secret;
}

std::string SharedMysql::describeResponse(Bytes response, std::size_t limit) const
{
    constexpr std::size_t CODE = 1 + 2;
    constexpr std::size_t STATE = 6; // bytes, if there is one
    if (response.size() <= HEADER)
        return "nothing";
    const Bytes payload = response.substr(HEADER, lengthOf(response));
    if (payload.front() == OK_PACKET)
        return "OK";
    if (payload.front() != ERROR_PACKET)
        return "result";
    Fields fields(payload.substr(1));
    const std::uint64_t code = fields.number(2);
    Bytes text = payload.substr(std::min(CODE, payload.size()));
    if (text.substr(0, 1) == "#")
        text.remove_prefix(std::min(STATE, text.size()));
    return "error " + std::to_string(code) + ": " + std::string(text.substr(0, limit));
}

} // namespace proximux::mysql
