#include <proximux/protocol/postgresql/ClientSession.h>

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/Messages.h>

#include <algorithm>
#include <utility>

namespace proximux::postgresql
{

namespace
{

/// Whether the bytes are whole messages, of which the last is Flush.
bool endsWithFlush(Bytes bytes)
{
    char last = '\0';
    while (bytes.size() >= HEADER)
    {
        const std::uint64_t size = 1 + lengthAt(bytes, 1);
        if (size < HEADER || size > bytes.size())
            return false;
        last = bytes.front();
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return bytes.empty() && last == 'H';
}

/// Whether this is an error behind which its client goes on.
bool isError(Bytes message)
{
    return textAt(message, HEADER) == "SERROR";
}

std::shared_ptr<SharedCommons> commonsOf(const ConversationSettings& settings)
{
    if (settings.commons == nullptr)
        return std::make_shared<SharedCommons>();
    return std::static_pointer_cast<SharedCommons>(settings.commons);
}

} // namespace

ClientSession::ClientSession(const ConversationSettings& settings)
    : _authenticator(settings.authenticator)
    , _commons(commonsOf(settings))
    , _mayPin(settings.pins)
    , _statements(settings.statements, {_commons, &_commons->statements})
    , _statementMemory(settings.statementMemory)
{
}

ClientSession::~ClientSession()
{
    _commons->keys.remove(_number);
}

void ClientSession::begin(std::uint64_t client, Bytes)
{
    _number = client;
}

void ClientSession::held(unsigned reasons)
{
    _held = reasons;
    _unanswered -= _unanswered > 0 ? 1 : 0;
    _isOwn = _isOwn && ((_held & pins::LEASE) | _unanswered) != 0;
}

void ClientSession::signedIn(bool accepted)
{
    const std::shared_ptr<const Login> next = std::exchange(_next, nullptr);
    if (accepted && next != nullptr)
        _login = next;
}

void ClientSession::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    const char type = bytes.empty() ? '\0' : bytes.front();
    const Bytes body = bytes.substr(std::min(HEADER, bytes.size()));
    if (_state == State::starting)
        return startup(bytes, traits);
    if (_state == State::refused)
    {
        traits.local = traits.last = true;
        return;
    }
    if (_state == State::ready)
        return statements(bytes, whole, traits);
    if (type != 'p' || !whole)
        return refuse(traits, "another message than its login",
                      fatalMessage("08P01", "expected the answer to a login"));
    if (_state == State::password)
        prove(body, traits);
    else if (_state == State::scram)
        beginScram(body, traits);
    else
        endScram(body, traits);
}

// ---------------------------------------------------------------------------------------------- statements

void ClientSession::statements(Bytes bytes, bool whole, RequestTraits& traits)
{
    traits.user = _login;
    switch (bytes.empty() ? '\0' : bytes.front())
    {
    case 'X':
        traits.local = traits.last = true;
        return;
    case 'd':
    case 'c':
    case 'f': // behind an error of its COPY
        traits.local = true;
        return;
    case 'p':
        return refuse(traits, "an unexpected login", fatalMessage("08P01", "unexpected password message"));
    default:
        break;
    }
    const bool open = !whole && endsWithFlush(bytes);
    _isInBatch = !whole && bytes.front() != 'Q';
    if (!whole && !open)
        return refuseStatement(traits, "a statement larger than exchange.request_buffer", "54000",
                               "proximux: the statement is larger than exchange.request_buffer");
    Contents contents;
    contents.isOpen = open;
    look(bytes, contents);
    if (bytes.front() == 'Q')
        _statements.forgetUnnamed();
    if (open)
    {
        _open = contents;
        _open.prepared = {};
    }
    judge(contents, traits);
    if (open && traits.barrier)
        return refuseStatement(traits, "COPY behind a Flush (not supported)", "0A000",
                               "proximux: COPY behind a Flush is not supported");
    if (!traits.local)
        ++_unanswered;
}

/// What it holds more must not need anything that it did not need before.
bool ClientSession::goesOn(Bytes bytes)
{
    const unsigned before = _open.effects.ties;
    look(bytes, _open);
    _isInBatch = !_open.isSynced;
    _isOwn = _isOwn || _open.effects.isLocal || _open.effects.ties != 0;
    return !isTooMuch(_open) && !_open.forgetsLater && !_open.effects.readsLast && !_open.effects.copies &&
           (_open.effects.ties & ~(before | _held)) == 0;
}

void ClientSession::look(Bytes bytes, Contents& contents)
{
    eachMessage(bytes, [&contents](char type, Bytes body) { look(type, body, contents); });
}

void ClientSession::look(char type, Bytes body, Contents& contents)
{
    ++contents.messages;
    switch (type)
    {
    case 'Q':
        ++contents.runs;
        add(statementIn(type, body), contents);
        return;
    case 'F':
        contents.effects.ties |= pins::UNKNOWN;
        return;
    case 'P':
        return lookAtParse(body, contents);
    case 'B':
        return lookAtBind(body, contents);
    case 'D':
        contents.isPrepared = true;
        return;
    case 'C':
        contents.isPrepared = true;
        contents.isPlain = false;
        return;
    case 'E':
        contents.isPlain = contents.isPlain && textAt(body, 0).empty();
        ++contents.runs;
        return;
    case 'S':
        contents.isSynced = true;
        return;
    default:
        return;
    }
}

/// A statement with a name ties here for what it leaves behind, since nobody knows when it is executed. One without a
/// name that leaves something behind is executed in this request alone (ClientStatements).
void ClientSession::lookAtParse(Bytes body, Contents& contents)
{
    const bool isNamed = !textAt(body, 0).empty();
    const Effects effects = add(statementIn('P', body), contents);
    if (isNamed && (effects.ties != 0 || effects.isLocal))
        contents.effects.ties |= pins::STATEMENT;
    contents.namesState = contents.namesState || (isNamed && (effects.ties != 0 || effects.isLocal));
    contents.forgetsLater = contents.forgetsLater || (isNamed && effects.forgets);
    contents.namesEnd = contents.namesEnd || (isNamed && effects.ends);
    contents.isPlain = contents.isPlain && !isNamed && contents.messages == 1;
    contents.isPrepared = true;
    contents.named += isNamed ? body.size() : 0;
    contents.prepared = body;
}

void ClientSession::lookAtBind(Bytes body, Contents& contents)
{
    contents.isPlain = contents.isPlain && boundIn(body).empty() && textAt(body, 0).empty() && contents.messages == 2;
    contents.isPrepared = true;
    contents.forgetsLater = contents.forgetsLater || (contents.effects.forgets && !textAt(body, 0).empty());
}

Effects ClientSession::add(Bytes sql, Contents& contents)
{
    const Effects effects = effectsOf(sql);
    contents.effects.add(effects);
    ++contents.texts;
    if (effects.ties == pins::SETTING)
        contents.change = settingChangeIn(sql);
    return effects;
}

/// A change that is done at once, whatever else it leaves behind, ties nobody. Nothing behind it is looked at before it
/// is known whether the target agrees.
bool ClientSession::takeChange(const Contents& contents, RequestTraits& traits)
{
    const bool atRest = _unanswered == 0 && (_held & pins::LEASE) == 0;
    if (!contents.change || !contents.isSingle() || contents.effects.ties != pins::SETTING || !atRest)
        return false;
    const auto settings = changed(_login->settings, *contents.change, _logins->first()->settings);
    if (!settings)
        return false;
    _next = _logins->with(*settings);
    traits.restores = contents.change->kind == SettingChange::Kind::resetAll;
    traits.becomes = traits.restores ? nullptr : _next;
    traits.barrier = true;
    return true;
}

bool ClientSession::isTooMuch(const Contents& contents)
{
    if (contents.named == 0 || _statements.size() + contents.named <= _statementMemory)
        return false;
    if (_unanswered == 0)
        _statements.sweep();
    return _statements.size() + contents.named > _statementMemory;
}

/// Its connection belongs to its login by then.
void ClientSession::fit(Bytes bytes, bool begins, ConnectionMemory& memory, std::string& text)
{
    if (begins)
        _statements.begin();
    _statements.write(bytes, {_login, _isOwn || isTied() ? _number : 0}, static_cast<LaneStatements&>(memory), text);
}

void ClientSession::judge(const Contents& contents, RequestTraits& traits)
{
    const Effects& effects = contents.effects;
    if (isTooMuch(contents))
        return refuseStatement(traits, "prepared statements larger than local.statement_memory", "54000",
                               "proximux: the prepared statements of this client are larger than "
                               "local.statement_memory");
    if (effects.readsLast)
        return refuseStatement(traits, "currval() or lastval(), whose number may be another client's", "55000",
                               "proximux: currval() and lastval() are not known, for connections are shared",
                               "Use INSERT ... RETURNING.");
    if (contents.forgetsLater)
        return refuseStatement(traits,
                               "a statement or portal with a name that ends prepared statements (not supported)",
                               "0A000", "proximux: DEALLOCATE and DISCARD cannot be prepared or bound under a name");
    if (contents.isPrepareAlone() && (_held | _unanswered) == 0 && effects.ties == 0 &&
        _statements.prepareKnown(contents.prepared, _login))
        return answer(traits, message('1', {}) + readyMessage());
    const unsigned ties = takeChange(contents, traits) ? 0 : effects.ties;
    if (ties != 0 && !_mayPin)
        return refuseStatement(traits, "a statement that leaves state behind (exchange.stateful)", "0A000",
                               "proximux: a statement that leaves state behind requires a dedicated target "
                               "connection, which is not available",
                               "See exchange.stateful and pool.max_tied.");
    _isOwn = _isOwn || effects.isLocal || ties != 0;
    traits.fitted = contents.isPrepared || effects.forgets;
    traits.pins = ties;
    traits.frees = contents.isSingle() && ties == 0 ? effects.frees : 0;
    traits.probes = probesBehind(contents, ties);
    traits.barrier = traits.barrier || effects.copies;
    _namesState = _namesState || contents.namesState;
    _namesEnd = _namesEnd || contents.namesEnd;
}

/// What may end a tie is only believed when the target says that nothing of its kind is left. That of an unknown kind
/// can't be asked for: settings of an extension, or of one's own, are not shown.
unsigned ClientSession::probesBehind(const Contents& contents, unsigned ties) const
{
    constexpr unsigned ASKED = pins::SUBSCRIPTION | pins::LOCK | pins::TEMPORARY | pins::SESSION | pins::STATEMENT;
    const bool isByName = contents.isPrepared && contents.texts == 0 && _namesEnd;
    const unsigned reasons = _held & ~pins::LEASE;
    const bool mayAsk = (ties & ~_held) == 0 && (reasons & ~ASKED) == 0 && !(_namesState || contents.namesState);
    return (contents.effects.ends || isByName) && mayAsk && !contents.isOpen ? reasons : 0;
}

/// Within a transaction, or where one may have begun, nobody knows what the target would say next. Within a batch
/// the answer ends behind its Sync (restCame()).
void ClientSession::refuseStatement(RequestTraits& traits, const char* refusal, Bytes code, const std::string& text,
                                    Bytes hint)
{
    traits.last = ((_held & pins::LEASE) | _unanswered) != 0;
    _isInBatch = _isInBatch && !traits.last;
    traits.pins = traits.frees = 0;
    traits.barrier = false;
    answer(traits, error(traits, code, text, hint));
    traits.refused = true;
    traits.refusal = refusal;
}

// ---------------------------------------------------------------------------------------------------- errors

/// FATAL exactly where the client is closed behind it.
std::string ClientSession::error(const RequestTraits& traits, Bytes code, const std::string& text, Bytes hint) const
{
    if (traits.last || traits.vital)
        return fatalMessage(code, text, hint);
    return errorMessage("ERROR", code, text, hint) + (_isInBatch ? "" : readyMessage());
}

std::string ClientSession::restCame()
{
    return std::exchange(_isInBatch, false) ? readyMessage() : "";
}

bool ClientSession::failed(const RequestTraits& traits, Failure failure, std::string& reply)
{
    _unanswered -= _unanswered > 0 ? 1 : 0;
    if (traits.vital)
        _state = State::refused;
    switch (failure)
    {
    case Failure::user:
        reply = traits.vital && !traits.seed.empty() ? traits.seed
                : isError(traits.seed)               ? traits.seed + readyMessage()
                                                     : error(traits, "28000", "proximux: the target refused the login");
        return true;
    case Failure::timeout:
        reply = error(traits, "57014", "proximux: the target did not answer in time");
        return true;
    case Failure::cancelled:
        reply = error(traits, "57014", "canceling statement due to user request");
        return true;
    case Failure::unavailable:
        reply = error(traits, "53300", "proximux: no target connection was free in time");
        return true;
    default:
        reply = error(traits, "08006",
                      "proximux: " + std::string(textOf(failure)) + "; it is not known whether the statement was done");
        return true;
    }
}

bool ClientSession::unpinned(const RequestTraits&, const std::string& why, std::string& reply)
{
    reply = fatalMessage("0A000",
                         "proximux: a statement that leaves state behind requires a dedicated target connection", why);
    return true;
}

bool ClientSession::malformed(const char* why, std::string& reply)
{
    reply = fatalMessage("08P01", "proximux: " + std::string(why));
    return true;
}

bool ClientSession::expired(const char* why, std::string& reply)
{
    reply = fatalMessage("25P03", "proximux: " + std::string(why));
    return true;
}

} // namespace proximux::postgresql
