#include "simulation/SmallMysql.h"

#include <proximux/Number.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/Packets.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace proximux
{

namespace
{

constexpr Bytes NONCE_OF_ALL = "aaaaaaaabbbbbbbbbbbb";
constexpr std::uint64_t ALL_CAPABILITIES = 0x81FFF7DF;

std::string lengthEncoded(std::uint64_t value)
{
    constexpr std::uint64_t SHORT = 0xFB;
    std::string text;
    if (value >= SHORT)
        text += '\xFC';
    appendNumber(text, value, value < SHORT ? 1 : 2, ByteOrder::little);
    return text;
}

std::string definition(const std::string& name)
{
    std::string payload("\3def\0\0\0", 7);
    mysql::appendLengthEncoded(payload, name);
    return payload.append(1, '\0').append(1, '\x0c').append(12, '\0');
}

} // namespace

std::string SmallMysql::greeting() const
{
    constexpr unsigned SHA2 = 2;
    mysql::Greeting greeting;
    greeting.capabilities = ALL_CAPABILITIES;
    greeting.version = _isMariadb ? "10.11-MariaDB" : "8.0";
    greeting.collation = 45;
    greeting.status = mysql::status::AUTOCOMMIT;
    greeting.nonce = NONCE_OF_ALL;
    greeting.plugin = _way == SHA2 ? mysql::CACHING_SHA2 : mysql::NATIVE_PASSWORD;
    return mysql::packetOf(0, mysql::greetingOf(greeting));
}

/// Its session is a new one.
void SmallMysql::renew()
{
    const std::string collation = "#" + std::to_string(_identity.collation);
    _state = State();
    _state.settings = {{"names", collation}, {"character_set_results", collation}, {"autocommit", "1"}};
    _statements.clear();
    _last = 0;
    _tracksAll = _tracksState = false;
    _changes.clear();
}

std::string SmallMysql::hear(Bytes packet)
{
    const Bytes payload = packet.substr(mysql::HEADER);
    const unsigned next = mysql::numberOf(packet) + 1;
    switch (_phase)
    {
    case Phase::login:
        signIn(payload);
        return letIn(next);
    case Phase::proof:
        _phase = Phase::commands;
        return mysql::okPacket(next, status());
    case Phase::commands:
        break;
    }
    if (payload.front() != static_cast<char>(mysql::code::CHANGE_USER))
        return command(payload.front(), payload.substr(1));
    const auto said = mysql::readChangeUser(payload.substr(1), _identity.capabilities);
    if (!said)
        throw std::logic_error("a target gets an invalid login");
    _identity.user = said->user;
    _identity.database = said->database;
    _identity.collation = said->collation;
    renew();
    _way = 1;
    return letIn(next);
}

void SmallMysql::signIn(Bytes payload)
{
    const auto said = mysql::readLogin(payload, ALL_CAPABILITIES);
    if (!said)
        throw std::logic_error("a target gets another message than a login");
    _identity = {std::string(said->user), std::string(said->database), said->collation, said->capabilities};
    renew();
}

std::string SmallMysql::letIn(unsigned number)
{
    _phase = _way == 1 ? Phase::proof : Phase::commands;
    if (_way == 1)
        return mysql::packetOf(number, std::string(1, mysql::SWITCH_PACKET)
                                           .append(mysql::NATIVE_PASSWORD)
                                           .append(1, '\0')
                                           .append(NONCE_OF_ALL)
                                           .append(1, '\0'));
    if (_way == 0)
        return mysql::okPacket(number, status());
    return mysql::packetOf(number, "\1\3") + mysql::okPacket(number + 1, status());
}

std::uint64_t SmallMysql::status() const
{
    namespace bits = mysql::status;
    const auto mode = _state.settings.find("sql_mode");
    const bool escapes = mode == _state.settings.end() || mode->second.find("NO_BACKSLASH") == std::string::npos;
    return (_state.settings.at("autocommit") == "1" ? bits::AUTOCOMMIT : 0) |
           (_state.transaction ? bits::IN_TRANSACTION : 0) | (_state.isReadOnly ? bits::READ_ONLY : 0) |
           (escapes ? 0 : bits::NO_BACKSLASH_ESCAPES);
}

std::string SmallMysql::command(char code, Bytes arguments)
{
    Answer answer;
    switch (static_cast<std::uint8_t>(code))
    {
    case mysql::code::QUERY:
        query(std::string(arguments), answer);
        return answer.said;
    case mysql::code::INIT_DB:
    {
        const Result result = use(std::string(arguments));
        concludeWith(result);
        say(answer, result);
        return answer.said;
    }
    case mysql::code::PING:
        _state.count = 0;
        say(answer, Result());
        return answer.said;
    case mysql::code::RESET_CONNECTION:
        renew();
        say(answer, Result());
        return answer.said;
    case mysql::code::SET_OPTION:
        _state.count = -1;
        _identity.capabilities &= ~mysql::capability::MULTI_STATEMENTS;
        _identity.capabilities |= arguments.front() == '\0' ? mysql::capability::MULTI_STATEMENTS : 0;
        sayEnd(answer);
        return answer.said;
    case mysql::code::STMT_PREPARE:
        prepare(std::string(arguments), answer);
        return answer.said;
    default:
        return statementCommand(code, arguments);
    }
}

/// One statement or, if its client may say so, several.
void SmallMysql::query(const std::string& text, Answer& answer)
{
    const bool mayBeMany = (_identity.capabilities & mysql::capability::MULTI_STATEMENTS) != 0;
    std::size_t at = 0;
    while (at <= text.size())
    {
        const std::size_t end = mayBeMany ? std::min(text.find("; ", at), text.size()) : text.size();
        const Result result = run(text.substr(at, end - at));
        answer.warnings = result.warning.empty() ? 0 : 1;
        answer.more = end < text.size() && result.error == 0 ? mysql::status::MORE_RESULTS : 0;
        say(answer, result);
        if (answer.more == 0)
            return;
        at = end + 2;
    }
}

// ------------------------------------------------------------------------------------------------ answers

void SmallMysql::Answer::say(const std::string& payload)
{
    said += mysql::packetOf(number++, payload);
}

void SmallMysql::Answer::sayRow(const std::string& value)
{
    std::string payload = isBinary ? std::string(2, '\0') : std::string();
    mysql::appendLengthEncoded(payload, value);
    say(payload);
}

/// What has changed is reported with it.
void SmallMysql::say(Answer& answer, const Result& result)
{
    if (result.error != 0)
        answer.say(mysql::errorPacket(0, result.error, "HY000", "no").substr(mysql::HEADER));
    else if (!result.hasRows)
        answer.say(ok(result, answer));
    else if (result.showsMessages)
    {
        std::string set = mysql::noMessages(answer.number, status() | answer.more, false);
        const std::string end = mysql::eofPacket(0, 0);
        answer.said += set.substr(0, set.size() - end.size());
        answer.number += 5;
        for (const std::string& each : result.rows)
            answer.sayRow(each);
        sayEnd(answer, answer.more);
    }
    else
    {
        sayColumns(answer, answer.more);
        for (const std::string& each : result.rows)
            answer.sayRow(each);
        sayEnd(answer, answer.more);
    }
    _changes.clear();
}

void SmallMysql::sayError(Answer& answer, unsigned code)
{
    Result failed;
    failed.error = code;
    concludeWith(failed);
    say(answer, failed);
}

void SmallMysql::sayColumns(Answer& answer, std::uint64_t more)
{
    answer.say("\1");
    answer.say(definition("c"));
    sayEnd(answer, more);
}

void SmallMysql::sayEnd(Answer& answer, std::uint64_t more)
{
    const bool tells = !_changes.empty();
    std::string payload("\xFE", 1);
    appendNumber(payload, answer.warnings, 2, ByteOrder::little);
    appendNumber(payload, status() | more | (tells ? mysql::status::STATE_CHANGED : 0), 2, ByteOrder::little);
    answer.say(payload);
}

std::string SmallMysql::ok(const Result& result, const Answer& answer) const
{
    const bool tells = !_changes.empty();
    std::string payload(1, '\0');
    payload += lengthEncoded(result.affected) + lengthEncoded(result.inserted);
    appendNumber(payload, status() | answer.more | (tells ? mysql::status::STATE_CHANGED : 0), 2, ByteOrder::little);
    appendNumber(payload, answer.warnings, 2, ByteOrder::little);
    if (tells || !result.info.empty())
        mysql::appendLengthEncoded(payload, result.info);
    if (tells)
        mysql::appendLengthEncoded(payload, _changes);
    return payload;
}

} // namespace proximux
