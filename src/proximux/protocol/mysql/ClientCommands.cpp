// ClientSession: its commands.

#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SessionSettings.h>
#include <proximux/protocol/mysql/SharedFramers.h>

#include <algorithm>
#include <utility>

namespace proximux::mysql
{

namespace
{

/// Feeds the reader the text behind the command byte, which may lack its end.
void feedText(EffectsReader& reader, PacketReader& packets, Bytes message)
{
    bool isCommand = true;
    while (!message.empty())
    {
        Bytes payload = packets.next(message).payload;
        if (std::exchange(isCommand, isCommand && payload.empty()))
            payload.remove_prefix(std::min<std::size_t>(1, payload.size()));
        reader.feed(payload);
    }
}

/// The text of a message of one packet; nothing: it has more.
std::optional<Bytes> textIn(Bytes message)
{
    if (lengthOf(message) == PacketReader::FULL)
        return std::nullopt;
    return message.substr(HEADER + 1);
}

bool isPlain(std::uint8_t code)
{
    return code == code::FIELD_LIST || code == code::STATISTICS || code == code::PROCESS_INFO ||
           code == code::CREATE_DB || code == code::CREATE_DB + 1; // and DROP_DB
}

} // namespace

void ClientSession::command(Bytes bytes, bool whole, RequestTraits& traits)
{
    if (bytes.size() <= HEADER || numberOf(bytes) != 0 || lengthOf(bytes) == 0)
        return refuse(traits, "a packet out of sequence",
                      errorPacket(numberBehind(bytes), 1156, "08S01", "Got packets out of order"));
    const auto code = static_cast<std::uint8_t>(bytes[HEADER]);
    const Command* known = findCommand(code);
    _number = whole ? numberBehind(bytes) : 1;
    traits.user = _login;
    traits.hint = code | _number << hint::NUMBER_AT | (whole ? 0 : hint::ANY_NUMBER);
    traits.answered = known == nullptr || known->reply != Reply::none;
    traits.barrier = whole && traits.answered;
    _counted = std::exchange(_countsFound, false);
    if (_counted)
        traits.frees = pins::UNKNOWN;
    dispatch(code, bytes, whole, traits);
    if (traits.local)
        _countsFound = _counted;
}

void ClientSession::dispatch(std::uint8_t code, Bytes bytes, bool whole, RequestTraits& traits)
{
    const Bytes arguments = bytes.substr(HEADER + 1);
    if (code == code::QUERY || code == code::STMT_PREPARE)
        return statement(bytes, whole, traits);
    if (code >= code::STMT_EXECUTE && code <= code::STMT_FETCH && code != code::SET_OPTION)
        return prepared(code, arguments, traits);
    if (code == code::STMT_BULK_EXECUTE)
        return prepared(code, arguments, traits);
    if (!whole)
        return refuse(traits, "a command that is too large",
                      errorPacket(_number, 1153, "08S01", "Got a packet bigger than exchange.request_buffer"));
    if (code == code::INIT_DB)
        return change({{setting::DATABASE, std::string(arguments)}}, traits);
    if (code == code::SET_OPTION)
        return setOption(arguments, traits);
    if (!isPlain(code) && !(code == code::PING && _held != 0))
        local(code, traits);
}

/// What is answered by us, or refused.
void ClientSession::local(std::uint8_t code, RequestTraits& traits)
{
    switch (code)
    {
    case code::QUIT:
        traits.local = traits.last = true;
        return;
    case code::PING:
        return answer(traits, okPacket(_number, statusNow()));
    case code::RESET_CONNECTION:
        reset();
        traits.resets = true;
        return answer(traits, okPacket(_number, statusNow()));
    case code::PROCESS_KILL:
        return refuseStatement({"KILL (not supported)", "proximux: KILL is not supported, for connections are shared"},
                               traits);
    case code::CHANGE_USER:
        return refuseStatement({"a change of the user (not supported)",
                                "proximux: COM_CHANGE_USER is not supported, for connections are shared"},
                               traits);
    default:
        return refuseStatement({"a command that is not shared", "proximux: this command is not supported, for "
                                                                "connections are shared"},
                               traits);
    }
}

// -------------------------------------------------------------------------------------------- statements

Effects ClientSession::effectsOf(Bytes message, bool whole)
{
    EffectsReader reader(_escapes, _doubleQuotes);
    PacketReader packets;
    feedText(reader, packets, message);
    return whole ? reader.end() : reader.soFar();
}

void ClientSession::statement(Bytes bytes, bool whole, RequestTraits& traits)
{
    const bool isPrepare = static_cast<std::uint8_t>(bytes[HEADER]) == code::STMT_PREPARE;
    const Effects effects = effectsOf(bytes, whole);
    if (auto refusal = refusalOf(effects))
        return refuseStatement(*refusal, traits);
    if (!whole && (effects.first.empty() || effects.first == "show" || effects.first == "get"))
        return refuseStatement(
            {"a large statement whose kind is not known",
             "proximux: a statement larger than exchange.request_buffer must begin with another word"},
            traits);
    traits.hint |= effects.copies ? hint::FILE : 0;
    const auto text = whole && !isPrepare && effects.ties == 0 && effects.isSingle() ? textIn(bytes) : std::nullopt;
    const auto changes = text && effects.sets ? settingsIn(*text) : std::nullopt;
    if (changes)
        return change(*changes, traits);
    judge(effects, isPrepare, whole, traits);
    if (traits.refused || whole)
        return;
    _reader.emplace(_escapes, _doubleQuotes);
    _packets = PacketReader();
    feedText(*_reader, _packets, bytes);
    _ties = traits.pins;
    traits.inParts = true;
}

/// Fills in what follows from the effects.
void ClientSession::judge(const Effects& effects, bool isPrepare, bool whole, RequestTraits& traits)
{
    const bool isSet = effects.sets && !effects.setsGlobally;
    unsigned ties = effects.ties | (isSet ? pins::SETTING : 0) | (isPrepare ? pins::STATEMENT : 0);
    if (!whole || (effects.countsFound && _mayPin))
        ties |= pins::UNKNOWN;
    if ((ties & ~_held) != 0 && !_mayPin && !isTied())
        return refuseStatement({"a statement that leaves state behind (exchange.stateful)",
                                "proximux: a statement that leaves state behind requires a dedicated target "
                                "connection, which is not available; see exchange.stateful and pool.max_tied"},
                               traits);
    traits.pins = ties;
    _countsFound = effects.countsFound && whole && _mayPin;
    if (!_countsFound && (ties & pins::UNKNOWN) != 0)
        traits.frees |= pins::UNKNOWN;
    if (_countsFound)
        traits.frees &= ~pins::UNKNOWN;
    if (isPrepare && _prepared.empty())
        traits.frees |= pins::STATEMENT; // unless it succeeds
    if (effects.unlocksTables && effects.isSingle() && !isPrepare)
        traits.frees |= pins::LOCK;
    if (effects.readsInserted || (effects.calls && !isTied()) || !whole) // what is called may ask, too
    {
        SessionSettings settings = _login->settings;
        settings[setting::INSERTED] = std::to_string(_inserted);
        traits.user = _logins->with(settings);
    }
    _hasRun = _hasRun || !isPrepare;
}

std::optional<ClientSession::Refusal> ClientSession::refusalOf(const Effects& effects) const
{
    if (effects.kills)
        return Refusal{"KILL (not supported)", "proximux: KILL is not supported, for connections are shared"};
    if (effects.readsCount && !(_held != 0 && _hasRun))
        return Refusal{"a question about an earlier statement, which may be another client's",
                       "proximux: ROW_COUNT(), SHOW WARNINGS and their like are known within a transaction only, for "
                       "connections are shared"};
    if (effects.hides)
        return Refusal{
            "a text that servers may read differently",
            "proximux: a quote or a comment that is open at the end of an executed comment, or a byte outside of "
            "quotes that is no character, is not supported, for connections are shared"};
    if (effects.readsFound && !_counted)
        return Refusal{"FOUND_ROWS() without SQL_CALC_FOUND_ROWS, whose number may be another client's",
                       "proximux: FOUND_ROWS() is known behind SQL_CALC_FOUND_ROWS only, for connections are shared"};
    if (effects.readsSequence)
        return Refusal{"LASTVAL(), whose number may be another client's",
                       "proximux: LASTVAL() is not known, for connections are shared"};
    return std::nullopt;
}

void ClientSession::refuseStatement(const Refusal& refusal, RequestTraits& traits)
{
    traits.frees = 0;
    traits.barrier = false;
    answer(traits, errorPacket(_number, refusal.code, refusal.state, refusal.text));
    traits.refused = true;
    traits.refusal = refusal.reason;
}

/// More of a statement that has its connection alone until its end.
Continuation ClientSession::goesOn(Bytes bytes, bool)
{
    bool isWhole = false;
    while (!bytes.empty())
    {
        const PacketReader::Piece piece = _packets.next(bytes);
        _reader->feed(piece.payload);
        isWhole = piece.ended;
    }
    const Effects effects = isWhole ? _reader->end() : _reader->soFar();
    unsigned ties = effects.ties | (effects.sets ? pins::SETTING : 0);
    if (effects.kills || effects.readsCount || effects.readsFound || effects.readsSequence)
        ties |= pins::SESSION;
    Continuation next;
    next.pins = ties & ~_ties;
    _ties |= ties;
    return next;
}

// ------------------------------------------------------------------------------------------- other commands

/// It is done at once, whatever the transaction becomes.
void ClientSession::change(const SessionSettings& changes, RequestTraits& traits)
{
    const auto settings = changed(_login->settings, changes);
    if (!settings)
        return refuseStatement({"too many settings", "proximux: this session has too many settings"}, traits);
    _next = _logins->with(*settings);
    traits.becomes = _next;
    traits.hint |= hint::CHANGES;
    _hasRun = true;
}

/// Whether a text may have several statements. Other connections must know of it, too.
void ClientSession::setOption(Bytes arguments, RequestTraits& traits)
{
    const bool isOff = Fields(arguments).number(2) != 0;
    if (_held != 0)
        return refuseStatement({"COM_SET_OPTION within a transaction (not supported)",
                                "proximux: COM_SET_OPTION within a transaction is not supported"},
                               traits);
    _opening.capabilities &= ~capability::MULTI_STATEMENTS;
    if (!isOff)
        _opening.capabilities |= capability::MULTI_STATEMENTS & _offered;
    const SessionSettings settings = _login->settings;
    _logins.emplace(_authenticator, _commons, _opening, _first);
    _login = _logins->with(settings);
    answer(traits, eofPacket(_number, statusNow()));
}

/// What is done with a statement that was prepared: on the connection that has it, which is its client's alone.
void ClientSession::prepared(std::uint8_t code, Bytes arguments, RequestTraits& traits)
{
    const auto id = static_cast<std::uint32_t>(Fields(arguments).number(4));
    constexpr std::uint32_t LAST = 0xFFFFFFFF;
    const bool isKnown = _prepared.count(id) != 0 || (id == LAST && !_prepared.empty());
    if (!isKnown && !traits.answered)
    {
        traits.local = true;
        return;
    }
    if (!isKnown)
        return refuseStatement({"an unknown prepared statement", "Unknown prepared statement handler", 1243, "HY000"},
                               traits);
    if (code == code::STMT_CLOSE)
    {
        _prepared.erase(id);
        if (_prepared.empty())
        {
            traits.frees |= pins::STATEMENT;
            held(_held & ~pins::STATEMENT);
        }
    }
    _hasRun = _hasRun || code == code::STMT_EXECUTE;
}

} // namespace proximux::mysql
