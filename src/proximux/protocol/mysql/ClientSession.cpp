#include <proximux/protocol/mysql/ClientSession.h>

#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SessionSettings.h>
#include <proximux/protocol/mysql/SharedFramers.h>

#include <algorithm>
#include <utility>

namespace proximux::mysql
{

namespace
{

std::shared_ptr<SharedCommons> commonsOf(const ConversationSettings& settings)
{
    if (settings.commons == nullptr)
        return std::make_shared<SharedCommons>();
    return std::static_pointer_cast<SharedCommons>(settings.commons);
}

} // namespace

ClientSession::ClientSession(const ConversationSettings& settings)
    : _commons(commonsOf(settings))
    , _entry(settings.authenticator, _commons, settings.startsTls)
    , _mayPin(settings.pins)
    , _mayKill(settings.kills)
    , _keptByLane(settings.statements)
    , _statements(settings.statementMemory)
{
}

bool ClientSession::opened(RequestTraits& traits)
{
    _entry.open(traits);
    return true;
}

void ClientSession::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    const bool isWelcome = _entry.isWelcome();
    if (_entry.isRefused())
        traits.local = traits.last = true;
    else if (isWelcome)
        command(bytes, whole, traits);
    else
        _entry.take(bytes, whole, traits);
    if (!isWelcome && _entry.isWelcome())
        _login = _entry.logins().first();
}

/// What its target has said is there: the greeting, the end of the login, or the id of a statement.
void ClientSession::translate(Bytes bytes, const RequestTraits& traits, std::string& text)
{
    if (!traits.greets)
    {
        text = bytes;
        return _statements.answer(text);
    }
    text = _entry.translated(bytes);
    if (!_entry.isWelcome())
        return;
    const TargetFacts& facts = _entry.facts();
    _isMariadb = facts.greeting.isMariadb();
    _status = facts.status & status::OWN;
}

// ------------------------------------------------------------------------------------------------- state

void ClientSession::held(unsigned reasons)
{
    _held = reasons;
    if ((reasons & pins::LEASE) == 0)
        _status &= ~(status::IN_TRANSACTION | status::READ_ONLY);
}

void ClientSession::signedIn(bool accepted)
{
    const std::shared_ptr<const Login> next = std::exchange(_next, nullptr);
    if (!accepted || next == nullptr)
        return;
    _login = next;
    _isDatabaseKnown = _isDatabaseKnown || _namesDatabase;
}

void ClientSession::unsent(const RequestTraits&)
{
    _countsFound = false;
    _traces.unsent();
}

void ClientSession::told(const Told& what)
{
    if ((what.what & told::MESSAGES) != 0)
        _traces.hasMessages();
    if ((what.what & told::AT_REST) != 0 && _statement != nullptr)
        _statement->isOngoing = false;
    if ((what.what & told::STATUS) != 0)
        _status = what.status & status::OWN;
    switch (what.what & told::KIND)
    {
    case told::PREPARED:
        return _statements.prepared();
    case told::CURSOR:
        if (_statement != nullptr)
            _statement->isOngoing = true;
        return;
    case told::FAILED:
        _statements.failed();
        _countsFound = false;
        _traces.failed();
        if (what.number == 0)
            return;
        [[fallthrough]];
    case told::INSERTED:
        return _traces.inserted(what.number);
    default:
        return;
    }
}

/// Its session is as it was behind its login, but for the database.
void ClientSession::reset()
{
    SessionSettings settings = _entry.logins().first()->settings;
    const auto database = _login->settings.find(setting::DATABASE);
    if (database != _login->settings.end())
        settings.insert_or_assign(setting::DATABASE, database->second);
    _login = _entry.logins().with(settings);
    _status = _entry.facts().status & status::OWN;
    _next.reset();
    _countsFound = _counted = false;
    _held = 0;
    _statements.clear();
    _statement.reset();
    _hasSqlPrepared = false;
    _isDatabaseKnown = true;
    _traces.clear();
}

// ------------------------------------------------------------------------------------------------ errors

bool ClientSession::failed(const RequestTraits& traits, Failure failure, std::string& reply)
{
    const unsigned number = _entry.isWelcome() ? numberFor(traits) : _entry.number();
    if (traits.vital)
        _entry.fail();
    if (failure == Failure::unavailable || failure == Failure::user)
        _traces.unsent();
    else
        _traces.leavesNothing();
    if (!traits.answered)
        return false;
    switch (failure)
    {
    case Failure::user:
        reply = !traits.seed.empty() ? renumbered(traits.seed, number)
                                     : errorPacket(number, 1045, "28000", "proximux: the target refused the login");
        return true;
    case Failure::timeout:
        reply = errorPacket(number, 3024, "HY000", "proximux: the target did not answer in time");
        return true;
    case Failure::cancelled:
        reply = errorPacket(number, 1317, "70100", "Query execution was interrupted");
        return true;
    case Failure::unavailable:
        reply = errorPacket(number, 1040, "08004", "proximux: no target connection was free in time");
        return true;
    default:
        reply = errorPacket(number, 1158, "08S01",
                            "proximux: " + std::string(textOf(failure)) +
                                "; it is not known whether the statement was done");
        return true;
    }
}

bool ClientSession::unpinned(const RequestTraits& traits, const std::string& why, std::string& reply)
{
    if (!traits.answered)
        return false;
    reply =
        errorPacket(numberFor(traits), 1235, "42000",
                    "proximux: a statement that leaves state behind requires a dedicated target connection; " + why);
    return true;
}

bool ClientSession::malformed(const char* why, std::string& reply)
{
    reply = errorPacket(_entry.isWelcome() ? 1 : _entry.number(), 1835, "HY000", "proximux: " + std::string(why));
    return true;
}

bool ClientSession::expired(const char* why, std::string& reply)
{
    reply = errorPacket(0, 4031, "HY000", "proximux: " + std::string(why));
    return true;
}

bool ClientSession::drained(std::string& reply)
{
    if (_entry.isWelcome())
        reply = errorPacket(0, 1053, "08S01", "proximux: it is stopping");
    return _entry.isWelcome();
}

} // namespace proximux::mysql
