// ClientSession: its commands.

#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Kill.h>
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
        return _entry.refuse(traits, "a packet out of sequence",
                             errorPacket(numberBehind(bytes), 1156, "08S01", "Got packets out of order"));
    const auto code = static_cast<std::uint8_t>(bytes[HEADER]);
    const Command* known = findCommand(code);
    _number = whole ? numberBehind(bytes) : 1;
    traits.user = _login;
    traits.hint =
        code | _number << hint::NUMBER_AT | (whole ? 0 : hint::ANY_NUMBER) | (_entry.tracks() ? hint::TRACKED : 0);
    traits.answered = known == nullptr || known->reply != Reply::none;
    traits.barrier = traits.answered;
    if (std::exchange(_hasAnswered, traits.barrier))
        _statements.settle();
    _counted = std::exchange(_countsFound, false);
    if (_counted)
        traits.frees = pins::UNKNOWN;
    dispatch(code, bytes, whole, traits);
    if (traits.local)
        _countsFound = _counted;
    else
        _traces.sent();
}

void ClientSession::dispatch(std::uint8_t code, Bytes bytes, bool whole, RequestTraits& traits)
{
    const Bytes arguments = bytes.substr(HEADER + 1);
    if (code == code::QUERY)
        return statement(bytes, whole, traits);
    if (code == code::STMT_PREPARE)
        return prepare(bytes, whole, traits);
    if ((code >= code::STMT_EXECUTE && code <= code::STMT_FETCH && code != code::SET_OPTION) ||
        code == code::STMT_BULK_EXECUTE)
        return prepared(code, bytes, whole, traits);
    if (!whole)
        return _entry.refuse(traits, "a command that is too large",
                             errorPacket(_number, 1153, "08S01", "Got a packet bigger than exchange.request_buffer"));
    if (code == code::INIT_DB)
        return change({{setting::DATABASE, std::string(arguments)}}, traits);
    if (code == code::SET_OPTION)
        return setOption(arguments, traits);
    if (code == code::PROCESS_KILL && arguments.size() == 4 && _mayKill)
    {
        _traces.leavesNothing();
        return mysql::ask({Fields(arguments).number(4), true}, _entry.shown(), {_number, _status}, traits);
    }
    if (code == code::CHANGE_USER)
    {
        reset();
        traits.resets = true;
        return _entry.change(arguments, _number, traits);
    }
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
        _traces.counts(false);
        return ClientLogin::answer(traits, okPacket(_number, _status));
    case code::RESET_CONNECTION:
        if (!_isDatabaseKnown)
            return refuseStatement({"a reset behind USE among other statements",
                                    "proximux: a reset behind USE among other statements is not supported"},
                                   traits);
        reset();
        traits.resets = true;
        return ClientLogin::answer(traits, okPacket(_number, _status));
    default:
        return refuseStatement({"a command that is not shared", "proximux: this command is not supported, for "
                                                                "connections are shared"},
                               traits);
    }
}

// -------------------------------------------------------------------------------------------- statements

void ClientSession::statement(Bytes bytes, bool whole, RequestTraits& traits)
{
    EffectsReader reader(escapes(), doubleQuotes(), !_entry.has(capability::MULTI_STATEMENTS));
    PacketReader packets;
    feedText(reader, packets, bytes);
    const Effects effects = whole ? reader.end() : reader.soFar();
    if (whole && effects.isSingle() && decides(effects, bytes.substr(HEADER + 1), traits))
        return;
    if (auto refusal = refusalOf(effects))
        return refuseStatement(*refusal, traits);
    if (!whole && (effects.first.empty() || effects.first == "show" || effects.first == "get"))
        return refuseStatement(
            {"a large statement whose kind is not known",
             "proximux: a statement larger than exchange.request_buffer must begin with another word"},
            traits);
    traits.hint |= effects.copies ? hint::FILE : 0;
    const auto text = whole && effects.ties == 0 && effects.isSingle() ? textIn(bytes) : std::nullopt;
    const auto changes = text && effects.sets ? settingsIn(*text) : std::nullopt;
    if (changes)
        return change(*changes, traits);
    judge(effects, whole, traits);
    _isDatabaseKnown = _isDatabaseKnown && !effects.moves;
    if (traits.refused || whole)
        return;
    _reader.emplace(escapes(), doubleQuotes(), !_entry.has(capability::MULTI_STATEMENTS));
    _packets = PacketReader();
    feedText(*_reader, _packets, bytes);
    _ties = traits.pins;
    traits.inParts = true;
}

/// A statement is none for a connection of its client's: it is answered here, or is about another connection.
bool ClientSession::decides(const Effects& effects, Bytes text, RequestTraits& traits)
{
    const bool isExtended = _entry.has(capability::MARIADB_EXTENDED_TYPES);
    if (effects.showsMessages && _traces.isClean())
    {
        _traces.counts(false);
        ClientLogin::answer(traits, noMessages(_number, _status, isExtended));
        return true;
    }
    const Bytes asked = effects.first == "select" && !_counted ? numberAskedIn(text) : Bytes();
    const auto killed = effects.kills && _mayKill ? killIn(text) : std::nullopt;
    if (asked.empty() && !killed)
        return false;
    _traces.leavesNothing();
    if (killed)
        mysql::ask(*killed, _entry.shown(), {_number, _status}, traits);
    else
        ClientLogin::answer(traits, oneNumber(asked, _entry.shown(), _number, _status, isExtended));
    return true;
}

/// Fills in what follows from the effects.
void ClientSession::judge(const Effects& effects, bool whole, RequestTraits& traits)
{
    const bool isSet = effects.sets && !effects.setsGlobally;
    unsigned ties = effects.ties | (isSet ? pins::SETTING : 0);
    if (!whole || (effects.countsFound && _mayPin))
        ties |= pins::UNKNOWN;
    if (!mayTie(ties))
        return refuseStatement(refusalOfTies(), traits);
    traits.spends = effects.profiles;
    traits.hint |= effects.releases ? hint::RELEASES : 0;
    _hasSqlPrepared = _hasSqlPrepared || (ties & pins::STATEMENT) != 0;
    traits.pins = ties;
    _countsFound = effects.countsFound && whole && _mayPin;
    if (!_countsFound && (ties & pins::UNKNOWN) != 0)
        traits.frees |= pins::UNKNOWN;
    if (_countsFound)
        traits.frees &= ~pins::UNKNOWN;
    if (effects.unlocksTables && effects.isSingle())
        traits.frees |= pins::LOCK;
    ask(effects, whole, traits);
    _traces.leaves(effects);
}

/// What it asks about earlier statements. The connection that has served them knows it, as long as no other client was
/// there. What was inserted last can be told to another one, too. Whatever is called may ask for that.
void ClientSession::ask(const Effects& effects, bool whole, RequestTraits& traits)
{
    const bool needsHome = effects.readsMessages || effects.readsCount || (effects.readsFound && !_counted);
    const bool asksInserted = effects.readsInserted || effects.calls || effects.setsInserted || !whole;
    if (!needsHome && !asksInserted)
        return;
    std::shared_ptr<const Login> told;
    if (asksInserted)
    {
        SessionSettings settings = _login->settings;
        settings[setting::INSERTED] = std::to_string(_traces.inserted());
        told = _entry.logins().with(settings);
        traits.leaves = _login; // afterwards that may be anything again
    }
    if (asksInserted && _traces.isInsertedKnown())
        traits.user = told;
    if (!needsHome && _traces.isInsertedKnown())
        return;
    traits.home = _traces.home(effects, _counted, asksInserted);
    if (!needsHome && !effects.readsInserted)
        traits.elsewhere = std::move(told);
    else
        traits.seed =
            errorPacket(_number, 1235, "42000",
                        "proximux: what an earlier statement has left is not known any more, for connections are "
                        "shared");
}

std::optional<Refusal> ClientSession::refusalOf(const Effects& effects) const
{
    auto refusal = mysql::refusalOf(effects);
    return refusal ? refusal : _traces.refusalOf(effects, _counted);
}

void ClientSession::refuseStatement(const Refusal& refusal, RequestTraits& traits)
{
    traits.frees = 0;
    traits.barrier = false;
    _traces.leavesNothing();
    ClientLogin::answer(traits, errorPacket(_number, refusal.code, refusal.state, refusal.text));
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
    if (effects.kills || effects.readsCount || effects.readsMessages || effects.readsFound || effects.readsSequence)
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
    _namesDatabase = changes.count(setting::DATABASE) != 0;
    _next = _entry.logins().with(*settings);
    traits.becomes = _next;
    traits.hint |= hint::CHANGES;
    _traces.counts(true);
}

/// Whether a text may have several statements. Other connections must know of it, too.
void ClientSession::setOption(Bytes arguments, RequestTraits& traits)
{
    const std::uint64_t option = Fields(arguments).number(2);
    if (arguments.size() < 2 || option > 1)
        return refuseStatement({"an unknown option", "Unknown command", 1047, "08S01"}, traits);
    if (_held != 0 || _statements.areOthersOngoing(nullptr))
        return refuseStatement({"COM_SET_OPTION within a transaction (not supported)",
                                "proximux: COM_SET_OPTION within a transaction is not supported"},
                               traits);
    _entry.setMultiStatements(option == 0);
    _login = _entry.logins().with(_login->settings);
    _traces.counts(false);
    ClientLogin::answer(traits, eofPacket(_number, _status));
}

} // namespace proximux::mysql
