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

std::shared_ptr<SharedCommons> commonsOf(const ConversationSettings& settings)
{
    if (settings.commons == nullptr)
        return std::make_shared<SharedCommons>();
    return std::static_pointer_cast<SharedCommons>(settings.commons);
}

/// The number of the packet that answers this request.
unsigned numberFor(const RequestTraits& traits)
{
    return traits.hint >> hint::NUMBER_AT & 0xFFU;
}

} // namespace

ClientSession::ClientSession(const ConversationSettings& settings)
    : _authenticator(settings.authenticator)
    , _commons(commonsOf(settings))
    , _mayPin(settings.pins)
{
}

void ClientSession::begin(std::uint64_t client, Bytes address)
{
    _client = client;
    _address = address;
}

void ClientSession::answer(RequestTraits& traits, std::string reply)
{
    traits.local = true;
    traits.reply = std::move(reply);
}

void ClientSession::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    constexpr unsigned FIRST_OF_LOGIN = 1;
    if (_state == State::refused)
    {
        traits.local = traits.last = true;
        return;
    }
    if (_state == State::ready)
        return command(bytes, whole, traits);
    const bool isInTurn =
        whole && bytes.size() >= HEADER && _state != State::greeting && lengthOf(bytes) + HEADER == bytes.size();
    const unsigned number = isInTurn ? numberOf(bytes) : 0;
    if (!isInTurn || number != (_state == State::login ? FIRST_OF_LOGIN : _number + 1))
        return refuse(traits, "another message than its login", errorPacket(1, 1043, "08S01", "Bad handshake"));
    _number = number + 1;
    if (_state == State::login)
        login(bytes.substr(HEADER), traits);
    else
        prove(bytes.substr(HEADER), traits);
}

// ------------------------------------------------------------------------------------------------- state

void ClientSession::held(unsigned reasons)
{
    _held = reasons;
    _hasRun = _hasRun && reasons != 0;
}

void ClientSession::signedIn(bool accepted)
{
    const std::shared_ptr<const Login> next = std::exchange(_next, nullptr);
    if (accepted && next != nullptr)
        _login = next;
}

void ClientSession::told(const Told& what)
{
    if (what.what == told::PREPARED)
        _prepared.insert(static_cast<std::uint32_t>(what.number));
    else if (what.what == told::INSERTED)
        _inserted = what.number;
    else if (what.what == told::FAILED)
    {
        _countsFound = false;
        _inserted = what.number != 0 ? what.number : _inserted;
    }
}

/// Its session is as it was behind its login.
void ClientSession::reset()
{
    _login = _logins->first();
    _next.reset();
    _hasRun = _countsFound = _counted = false;
    _held = 0;
    _prepared.clear();
    _inserted = 0;
}

std::uint64_t ClientSession::statusNow() const
{
    const auto autocommit = _login->settings.find("autocommit");
    if (autocommit == _login->settings.end())
        return _status;
    return autocommit->second == "1" ? status::AUTOCOMMIT : 0;
}

// ------------------------------------------------------------------------------------------------ errors

bool ClientSession::failed(const RequestTraits& traits, Failure failure, std::string& reply)
{
    const unsigned number = _state == State::greeting ? 0 : numberFor(traits);
    if (traits.vital)
        _state = State::refused;
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
    reply =
        errorPacket(numberFor(traits), 1235, "42000",
                    "proximux: a statement that leaves state behind requires a dedicated target connection; " + why);
    return true;
}

bool ClientSession::malformed(const char* why, std::string& reply)
{
    reply = errorPacket(_state == State::ready ? 1 : _number, 1835, "HY000", "proximux: " + std::string(why));
    return true;
}

bool ClientSession::expired(const char* why, std::string& reply)
{
    reply = errorPacket(0, 4031, "HY000", "proximux: " + std::string(why));
    return true;
}

} // namespace proximux::mysql
