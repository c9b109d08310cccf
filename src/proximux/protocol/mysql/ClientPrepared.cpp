// ClientSession: its prepared statements.

#include <proximux/Number.h>
#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/LaneStatements.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/PrepareDialog.h>
#include <proximux/protocol/mysql/SessionSettings.h>
#include <proximux/protocol/mysql/SharedFramers.h>

#include <utility>

namespace proximux::mysql
{

namespace
{

constexpr std::size_t ID_AT = HEADER + 1;
constexpr std::size_t ID = 4; ///< bytes
constexpr std::size_t FLAGS_AT = ID_AT + ID;
constexpr std::size_t ROWS = 4;                    ///< bytes, in COM_STMT_FETCH: how many
constexpr std::size_t NULLS_AT = FLAGS_AT + 1 + 4; ///< in COM_STMT_EXECUTE: a bit for each parameter

std::uint32_t idIn(Bytes bytes)
{
    return static_cast<std::uint32_t>(Fields(bytes.substr(ID_AT)).number(ID));
}

/// Where COM_STMT_EXECUTE says whether types follow, and they do.
std::size_t typesAt(std::uint64_t parameters)
{
    return NULLS_AT + static_cast<std::size_t>((parameters + 7) / 8);
}

/// The request with another id in it.
void appendWithId(Bytes bytes, std::uint32_t id, std::string& text)
{
    text += bytes.substr(0, ID_AT);
    appendNumber(text, id, ID, ByteOrder::little);
    text += bytes.substr(ID_AT + ID);
}

/// Likewise COM_STMT_EXECUTE, with the types that its client has left out.
void appendWithTypes(Bytes bytes, std::uint32_t id, const ClientStatement& statement, std::string& text)
{
    const std::size_t at = typesAt(statement.parameters);
    const std::size_t start = text.size();
    appendWithId(bytes.substr(0, at), id, text);
    writeNumber(lengthOf(bytes) + statement.types.size(), &text[start], 3, ByteOrder::little);
    text += '\1';
    text += statement.types;
    text += bytes.substr(at + 1);
}

Refusal unfit(unsigned code, const char* text)
{
    return {"a prepared statement that is not there, or not like this", text, code, "HY000"};
}

/// The answer to a command about a statement of which the parts of parameters, said before it, could not be sent.
std::string withoutParts(std::uint8_t code, ClientStatement& statement, unsigned number, std::uint64_t status)
{
    if (code == code::STMT_FETCH)
        return errorPacket(number, 1421, "HY000", "The statement has no open cursor.");
    statement.partsError.clear();
    return okPacket(number, status);
}

} // namespace

/// The number may be that of another statement in the target: its client gets one of its own.
void ClientSession::prepare(Bytes bytes, bool whole, RequestTraits& traits)
{
    if (!whole || lengthOf(bytes) + HEADER != bytes.size())
        return _entry.refuse(traits, "a statement that is too large to be prepared",
                             errorPacket(_number, 1153, "08S01",
                                         "proximux: a statement that is larger than "
                                         "exchange.request_buffer cannot be prepared"));
    EffectsReader reader(escapes(), doubleQuotes(), true);
    reader.feed(bytes.substr(HEADER + 1));
    const Effects effects = reader.end();
    if (auto refusal = mysql::refusalOf(effects))
        return refuseStatement(*refusal, traits);
    const std::uint64_t number = ++_commons->statements;
    const bool isTied = (_held & ~pins::LEASE) != 0;
    auto what = std::make_shared<Prepared>(bytes.substr(HEADER + 1), _login->settings, effects, isTied ? number : 0);
    if (!_statements.hasRoom(*what))
        return refuseStatement({"too many prepared statements",
                                "proximux: prepared statements of this client take more than local.statement_memory",
                                1461},
                               traits);
    _statements.prepare(std::move(what), number);
    traits.fitted = traits.translated = true;
    _traces.counts(false);
}

/// Of what is passed on before it is whole nothing is looked at later: it must be what may have any size.
void ClientSession::prepared(std::uint8_t code, Bytes bytes, bool whole, RequestTraits& traits)
{
    const std::uint32_t id = idIn(bytes);
    const bool isOfAnySize = code == code::STMT_EXECUTE || code == code::STMT_LONG_DATA;
    const std::size_t size = FLAGS_AT + (code == code::STMT_FETCH ? ROWS : 0);
    _statement = isOfAnySize || (whole && bytes.size() == size) ? _statements.find(id) : nullptr;
    if (_statement == nullptr && !traits.answered)
    {
        traits.local = true;
        return;
    }
    if (_statement == nullptr || code == code::STMT_BULK_EXECUTE)
        return refuseStatement(unfit(1243, "Unknown prepared statement handler"), traits);
    traits.fitted = true;
    if (code == code::STMT_EXECUTE)
    {
        execute(bytes, traits);
        traits.last = traits.refused && _statement->isOngoing; // a server drops parts of parameters then
        return;
    }
    if (code == code::STMT_LONG_DATA)
        return sendLongData(traits);
    if (code == code::STMT_FETCH)
        return _statement->isOngoing ? ends(*_statement, traits)
                                     : refuseStatement(unfit(1421, "The statement has no open cursor."), traits);
    if (code == code::STMT_RESET)
        return resetStatement(traits);
    closeStatement(id, traits);
}

/// Its types are those that its client has bound last: other clients bind the statement of the target, too.
void ClientSession::execute(Bytes bytes, RequestTraits& traits)
{
    const std::size_t at = typesAt(_statement->parameters);
    const auto types = static_cast<std::size_t>(2 * _statement->parameters);
    const bool hasTypes = types > 0 && bytes.size() > at && bytes[at] != 0;
    if (bytes.size() < NULLS_AT || (types > 0 && bytes.size() < at + 1 + (hasTypes ? types : 0)))
        return refuseStatement(unfit(1835, "Malformed communication packet"), traits);
    if (hasTypes)
        _statement->types = bytes.substr(at + 1, types);
    else if (types > 0 && _statement->types.empty())
        return refuseStatement(unfit(1210, "Incorrect arguments to mysqld_stmt_execute"), traits);
    else if (lengthOf(bytes) + _statement->types.size() >= PacketReader::FULL)
        return refuseStatement(unfit(1153, "proximux: parameters of this size need their types"), traits);
    _statement->error.clear();
    const Effects& effects = _statement->what->effects();
    if (auto refusal = refusalOf(effects))
        return refuseStatement(*refusal, traits);
    judge(effects, true, traits);
    if (traits.refused)
        return;
    const bool hasCursor = byteAt(bytes, FLAGS_AT) != 0;
    if (hasCursor && !mayTie(pins::STATEMENT))
        return refuseStatement(refusalOfTies(), traits);
    traits.pins |= hasCursor ? pins::STATEMENT : 0;
    if (hasCursor || _statement->isOngoing)
        ends(*_statement, traits); // unless there is a cursor then
}

void ClientSession::sendLongData(RequestTraits& traits)
{
    if (!mayTie(pins::STATEMENT))
        _statement->partsError =
            errorPacket(1, 1235, "42000",
                        "proximux: parts of parameters require a dedicated target connection, which is not available; "
                        "see exchange.stateful and pool.max_tied");
    if (!_statement->partsError.empty())
    {
        traits.local = true; // its COM_STMT_EXECUTE is refused
        return;
    }
    _statement->isOngoing = true;
    traits.pins |= pins::STATEMENT;
}

void ClientSession::resetStatement(RequestTraits& traits)
{
    _statement->partsError.clear();
    _traces.counts(false);
    if (!_statement->isOngoing)
        return ClientLogin::answer(traits, okPacket(_number, _status));
    ends(*_statement, traits);
}

void ClientSession::closeStatement(std::uint32_t id, RequestTraits& traits)
{
    traits.local = !_statement->isOngoing;
    if (_statement->isOngoing)
        ends(*_statement, traits);
    _statements.close(id);
}

/// What pinned its client because of this statement ends with the response.
void ClientSession::ends(const ClientStatement& statement, RequestTraits& traits) const
{
    if (!_hasSqlPrepared && !_statements.areOthersOngoing(&statement))
        traits.frees |= pins::STATEMENT;
}

// ---------------------------------------------------------------------------------------- on a connection

Prelude ClientSession::prelude(Bytes bytes, const RequestTraits& traits, ConnectionMemory& memory)
{
    const std::uint8_t code = traits.hint & hint::COMMAND;
    if (code == code::STMT_PREPARE || code == code::STMT_CLOSE)
        return {};
    const auto statement = _statements.find(idIn(bytes), true);
    auto& lane = static_cast<LaneStatements&>(memory);
    if (statement == nullptr)
        return {nullptr, true, {}};
    if (code == code::STMT_RESET || code == code::STMT_FETCH)
        return lane.find(*statement, false) ? Prelude()
                                            : Prelude{nullptr, true, withoutParts(code, *statement, _number, _status)};
    if (!traits.answered && !statement->error.empty())
        statement->partsError = std::exchange(statement->error, {}); // told to its COM_STMT_EXECUTE
    std::string& error = statement->partsError.empty() ? statement->error : statement->partsError;
    if (error.empty() && lane.find(*statement, false))
        return {};
    auto dialog = error.empty()
                      ? preparation(statement, traits.user->settings, (_held & pins::SETTING) == 0, lane, _keptByLane)
                      : nullptr;
    if (dialog != nullptr)
        return {std::move(dialog), false, {}};
    if (traits.answered)
        return {nullptr, true, renumbered(std::exchange(error, {}), numberFor(traits))};
    if (!statement->error.empty())
        statement->partsError = std::exchange(statement->error, {});
    statement->isOngoing = false; // the connection has nothing of it
    return {nullptr, true, {}};
}

void ClientSession::fit(Bytes bytes, bool, const RequestTraits& traits, ConnectionMemory& memory, std::string& text)
{
    auto& lane = static_cast<LaneStatements&>(memory);
    const std::uint8_t code = traits.hint & hint::COMMAND;
    if (code == code::STMT_PREPARE)
    {
        lane.prepare(_statements.preparing()->what, _keptByLane, text);
        text += bytes;
        return;
    }
    lane.begin(text);
    const auto statement = _statements.find(idIn(bytes), true);
    if (statement == nullptr)
        return;
    if (code == code::STMT_CLOSE)
    {
        lane.close(*statement, text);
        return _statements.forget(idIn(bytes));
    }
    const bool isMine = code == code::STMT_LONG_DATA || (traits.pins & pins::STATEMENT) != 0;
    const std::uint32_t id = lane.find(*statement, isMine).value_or(0);
    const bool lacksTypes =
        code == code::STMT_EXECUTE && statement->parameters > 0 && bytes[typesAt(statement->parameters)] == 0;
    if (lacksTypes)
        return appendWithTypes(bytes, id, *statement, text);
    appendWithId(bytes, id, text);
}

} // namespace proximux::mysql
