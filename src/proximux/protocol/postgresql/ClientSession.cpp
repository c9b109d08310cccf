#include <proximux/protocol/postgresql/ClientSession.h>

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/Messages.h>

#include <algorithm>
#include <utility>

namespace proximux::postgresql
{

namespace
{

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
    : _commons(commonsOf(settings))
    , _mayPin(settings.pins)
    , _entry(settings.authenticator, _commons)
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

/// What was asked for behind the end of a transaction may have divided the next one.
void ClientSession::held(unsigned reasons)
{
    _held = reasons;
    _unanswered -= _unanswered > 0 ? 1 : 0;
    if ((_held & pins::LEASE) == 0)
    {
        _transaction.settings.reset();
        _transaction.isDivided = _transaction.isDivided && _unanswered > 0;
    }
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
    if (_entry.isWelcome())
        return statements(bytes, whole, traits);
    _entry.take(bytes, whole, traits);
    if (_entry.isWelcome())
        _login = _entry.logins().first();
}

void ClientSession::translate(Bytes bytes, const RequestTraits& traits, std::string& text)
{
    text = traits.greets ? _entry.greeting(bytes, _number) : _entry.looked(bytes);
}

/// What it has sent itself carries the number that it knows as its own.
void ClientSession::rename(Bytes bytes, Bytes greeting, std::string& text)
{
    text = bytes;
    eachMessage(greeting,
                [&](char type, Bytes body)
                {
                    if (type != BACKEND_KEY || body.substr(0, 4) != bytes.substr(HEADER, 4))
                        return;
                    std::string own;
                    appendNumber(own, CancelKeys::partOf(_number), 4);
                    text.replace(HEADER, 4, own);
                });
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
        return _entry.refuse(traits, "an unexpected login", fatalMessage("08P01", "unexpected password message"));
    default:
        break;
    }
    _isInBatch = !whole && bytes.front() != 'Q' && bytes.front() != 'F';
    const bool isTorn = !whole && !(_isInBatch && beginBatch(bytes));
    Contents contents;
    contents.isOpen = !whole;
    if (!isTorn)
        contents.look(bytes, _commons->judged);
    if (bytes.front() == 'Q')
        _statements.forgetUnnamed();
    const auto refusal = isTorn ? tooLarge() : judge(contents, traits);
    if (!whole)
        _batch.contents = contents.withoutTexts();
    if (refusal)
        refuseStatement(traits, *refusal, whole);
    if (!traits.local)
        ++_unanswered;
}

bool ClientSession::isTooMuch(const Contents& contents)
{
    if (contents.named == 0 || _statements.size() + contents.named <= _statementMemory)
        return false;
    if (_unanswered == 0)
        _statements.sweep();
    return _statements.size() + contents.named > _statementMemory;
}

/// Fills in the traits. Returns why it is refused, if it is.
std::optional<Refusal> ClientSession::judge(const Contents& contents, RequestTraits& traits)
{
    const Effects& effects = contents.effects;
    if (auto refusal = refusalOf(contents))
        return refusal;
    rememberNames(contents);
    if (contents.isPrepareAlone() && (_held | _unanswered) == 0 && effects.ties == 0 &&
        _statements.prepareKnown(contents.prepared, _login))
    {
        ClientLogin::answer(traits, message('1', {}) + readyMessage());
        return std::nullopt;
    }
    const unsigned ties = (takesChange(contents, traits) ? 0 : effects.ties) | endOfTransaction(contents, traits);
    if (ties != 0 && !_mayPin)
        return noPin();
    if (effects.copies && contents.isOpen)
        return copyInParts();
    _isOwn = _isOwn || effects.isLocal || ties != 0;
    traits.inParts = contents.isOpen;
    traits.fitted = contents.isPrepared || effects.forgets || contents.isOpen;
    traits.pins = ties;
    traits.frees = contents.isSingle() && ties == 0 ? effects.frees : 0;
    traits.probes = probesBehind(contents, ties);
    traits.barrier = traits.barrier || effects.copies;
    return std::nullopt;
}

/// What has a name may be executed by any later request.
void ClientSession::rememberNames(const Contents& contents)
{
    _namesState = _namesState || contents.namesState;
    _namesEnd = _namesEnd || contents.namesEnd;
    _transacts = _transacts || contents.namesTransaction;
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

/// Within a transaction, or where one may have begun, the target has to know of the error. A text of which only a part
/// is there can't be left out: it costs the client. Within a batch the answer ends behind its Sync (restCame()).
void ClientSession::refuseStatement(RequestTraits& traits, const Refusal& refusal, bool whole)
{
    const bool isPending = ((_held & pins::LEASE) | _unanswered) != 0;
    const bool byTarget = isPending && (whole || _isInBatch);
    traits.last = isPending && !byTarget;
    if (byTarget)
    {
        traits.fitted = true;
        traits.inParts = _batch.isRefused = !whole;
        traits.reply = errorMessage("ERROR", refusal.code, refusal.text, refusal.hint);
    }
    else
        ClientLogin::answer(traits, error(traits, _isInBatch, refusal.code, refusal.text, refusal.hint));
    traits.refused = true;
    traits.refusal = refusal.reason;
}

// ---------------------------------------------------------------------------------------------------- errors

/// FATAL exactly where the client is closed behind it. goesOn: more of the request is to come, behind which it ends.
std::string ClientSession::error(const RequestTraits& traits, bool goesOn, Bytes code, const std::string& text,
                                 Bytes hint)
{
    if (traits.last || traits.vital)
        return fatalMessage(code, text, hint);
    return errorMessage("ERROR", code, text, hint) + (goesOn ? "" : readyMessage());
}

std::string ClientSession::restCame()
{
    return std::exchange(_isInBatch, false) ? readyMessage() : "";
}

bool ClientSession::failed(const RequestTraits& traits, Failure failure, std::string& reply)
{
    _unanswered -= _unanswered > 0 ? 1 : 0;
    const bool goesOn = traits.inParts && _isInBatch;
    if (traits.vital)
        _entry.fail();
    switch (failure)
    {
    case Failure::user:
        reply = traits.vital && !traits.seed.empty() ? traits.seed
                : isError(traits.seed)               ? traits.seed + readyMessage()
                                       : error(traits, goesOn, "28000", "proximux: the target refused the login");
        return true;
    case Failure::timeout:
        reply = error(traits, goesOn, "57014", "proximux: the target did not answer in time");
        return true;
    case Failure::cancelled:
        reply = error(traits, goesOn, "57014", "canceling statement due to user request");
        return true;
    case Failure::unavailable:
        reply = error(traits, goesOn, "53300", "proximux: no target connection was free in time");
        return true;
    default:
        reply = error(traits, goesOn, "08006",
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

bool ClientSession::drained(std::string& reply)
{
    if (_entry.isWelcome())
        reply = fatalMessage("57P01", "proximux: it is stopping");
    return _entry.isWelcome();
}

} // namespace proximux::postgresql
