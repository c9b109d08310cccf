#include <proximux/protocol/RespConversation.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux
{

namespace
{

constexpr const char* OK = "+OK\r\n";

void answer(RequestTraits& traits, std::string reply)
{
    traits.local = true;
    traits.reply = std::move(reply);
}

void error(RequestTraits& traits, const std::string& text)
{
    answer(traits, "-ERR proximux: " + text + "\r\n");
}

/// The name of a command as it may stand in an error line; of a very long one nothing is known.
std::string nameOf(Bytes request)
{
    const std::vector<Bytes> words = respWords(request, 1);
    std::string text(words.empty() ? Bytes("a command") : words.front().substr(0, 32));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

bool isSecondWord(Bytes request, Bytes wanted)
{
    const std::vector<Bytes> words = respWords(request, 2);
    return words.size() == 2 && sameWord(words[1], wanted);
}

std::string bulk(Bytes text)
{
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

/// In a time that does not tell where they differ.
bool sameSecret(Bytes a, Bytes b)
{
    unsigned char difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(difference | (a[i] ^ (b.empty() ? 0 : b[i % b.size()])));
    return difference == 0;
}

} // namespace

void RespConversation::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    const RespEffect effect = respEffect(bytes);
    if (_settings.passive)
        return watchOnly(bytes, effect, traits);
    if (effect == RespEffect::empty)
        return answer(traits, "");
    if (isRefused(bytes, effect, traits))
        return;
    if (effect == RespEffect::quit)
    {
        traits.last = true;
        return answer(traits, OK);
    }
    if (effect == RespEffect::reset)
        return reset(traits);
    if (_subscribed)
    {
        _subscription.asked(effect, bytes);
        traits.answered = false;
        traits.pushes = true;
        traits.ties = ties::SUBSCRIPTION; // whatever has become of the connection until it is sent
    }
    else if (_multi)
        inTransaction(bytes, effect, traits);
    else
        atRest(bytes, whole, effect, traits);
}

/// Nothing is answered by us; but what has no answer of its own is known.
void RespConversation::watchOnly(Bytes bytes, RespEffect effect, RequestTraits& traits)
{
    traits.answered = effect != RespEffect::empty && !isSilenced(bytes, effect);
    if (!_subscribed && effect != RespEffect::subscribe && effect != RespEffect::monitor)
        return;
    if (!std::exchange(_subscribed, true))
        _subscription.begin();
    _subscription.asked(effect, bytes);
    traits.answered = false;
    traits.pushes = true;
}

/// Whether the client has asked to be spared the answer to this.
bool RespConversation::isSilenced(Bytes bytes, RespEffect effect)
{
    const bool skipped = std::exchange(_skips, false);
    if (effect == RespEffect::reset)
        _silent = false;
    if (effect != RespEffect::client)
        return _silent || skipped;
    const std::vector<Bytes> words = respWords(bytes, 3);
    if (words.size() < 3 || !sameWord(words[1], "REPLY"))
        return _silent || skipped;
    if (sameWord(words[2], "ON"))
        _silent = false;
    else if (sameWord(words[2], "OFF"))
        _silent = true;
    else
        _skips = !_silent && sameWord(words[2], "SKIP");
    return _silent || _skips;
}

/// What must not reach the target whatever the state.
bool RespConversation::isRefused(Bytes bytes, RespEffect effect, RequestTraits& traits)
{
    const bool open = effect == RespEffect::auth || effect == RespEffect::hello || effect == RespEffect::quit ||
                      effect == RespEffect::reset;
    if (!_settings.password.empty() && !_authenticated && !open)
    {
        answer(traits, "-NOAUTH Authentication required.\r\n");
        return true;
    }
    if (effect == RespEffect::replication)
    {
        error(traits, "replication does not pass");
        return true;
    }
    if (effect == RespEffect::http)
    {
        traits.last = true;
        error(traits, "this is HTTP");
        return true;
    }
    if (effect == RespEffect::script && isSecondWord(bytes, "DEBUG"))
    {
        error(traits, "SCRIPT DEBUG does not pass");
        return true;
    }
    if (!_refusedMulti || effect == RespEffect::quit || effect == RespEffect::reset)
        return false;
    // the client believes that it is within a transaction: nothing of that may be done
    if (effect == RespEffect::exec)
        answer(traits, "-EXECABORT Transaction discarded because of previous errors.\r\n");
    else if (effect == RespEffect::discard)
        answer(traits, OK);
    else
        error(traits, nameOf(bytes) + " is not done: MULTI was refused");
    if (effect == RespEffect::exec || effect == RespEffect::discard)
        _refusedMulti = false;
    return true;
}

/// All goes to the connection that the client has alone; nothing is to be between MULTI and EXEC that is answered
/// otherwise than QUEUED.
void RespConversation::inTransaction(Bytes bytes, RespEffect effect, RequestTraits& traits)
{
    traits.ties = ties::TRANSACTION;
    switch (effect)
    {
    case RespEffect::discard:
        if (respCount(bytes) != 1)
            break; // an error answers it, and it goes on
        [[fallthrough]];
    case RespEffect::exec:
        _multi = false;
        traits.frees = ties::TRANSACTION | ties::WATCH;
        break;
    case RespEffect::select:
        _otherDatabase = true;
        traits.ties |= ties::DATABASE;
        break;
    case RespEffect::state:
        traits.ties |= ties::SESSION;
        break;
    case RespEffect::subscribe:
    case RespEffect::unsubscribe:
    case RespEffect::monitor:
    case RespEffect::auth:
    case RespEffect::hello:
    case RespEffect::client:
        traits.last = true;
        traits.ties = 0;
        error(traits, nameOf(bytes) + " can't be within MULTI here");
        break;
    default:
        break;
    }
}

void RespConversation::atRest(Bytes bytes, bool whole, RespEffect effect, RequestTraits& traits)
{
    switch (effect)
    {
    case RespEffect::auth:
        return auth(bytes, traits);
    case RespEffect::hello:
        return hello(bytes, traits);
    case RespEffect::select:
        return select(bytes, traits);
    case RespEffect::client:
        return client(bytes, traits);
    case RespEffect::multi:
        _multi = _settings.ties;
        _refusedMulti = !_settings.ties;
        return tie(traits, ties::TRANSACTION, 0, bytes);
    case RespEffect::exec:
    case RespEffect::discard:
        traits.frees = ties::TRANSACTION | ties::WATCH;
        return;
    case RespEffect::watch:
        return tie(traits, ties::WATCH, 0, bytes);
    case RespEffect::unwatch:
        traits.frees = ties::WATCH;
        return;
    case RespEffect::subscribe:
        return subscribe(bytes, effect, ties::SUBSCRIPTION, traits);
    case RespEffect::unsubscribe:
        return unsubscribe(bytes, whole, traits);
    case RespEffect::monitor:
        return subscribe(bytes, effect, ties::SESSION, traits);
    case RespEffect::state:
        return tie(traits, ties::SESSION, 0, bytes);
    case RespEffect::blocks:
        traits.blocking = true;
        return tie(traits, ties::BLOCKING, ties::BLOCKING, bytes);
    case RespEffect::blocksIfSaid:
        traits.blocking = respBlocks(bytes, whole);
        if (traits.blocking)
            tie(traits, ties::BLOCKING, ties::BLOCKING, bytes);
        return;
    default:
        return;
    }
}

/// Where no connection can be spared, the request is refused.
void RespConversation::tie(RequestTraits& traits, unsigned reasons, unsigned frees, Bytes bytes)
{
    traits.ties = reasons;
    traits.frees = frees;
    if (_settings.ties)
        return;
    traits.pushes = traits.blocking = false;
    traits.answered = true;
    error(traits, nameOf(bytes) + " needs a target connection of its own, which can't be had here (exchange.stateful)");
}

void RespConversation::auth(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = respWords(bytes, 4);
    if (words.size() != 2 && words.size() != 3)
        return answer(traits, "-ERR wrong number of arguments for 'auth' command\r\n");
    if (_settings.password.empty())
        return error(traits, "AUTH without local.password");
    const Bytes user = words.size() == 3 ? words[1] : Bytes("default");
    answer(traits, authenticate(user, words.back())
                       ? OK
                       : "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
}

bool RespConversation::authenticate(Bytes user, Bytes password)
{
    _authenticated = sameSecret(password, _settings.password) && user == "default";
    return _authenticated;
}

/// RESP2 is what all have in common on a shared connection.
void RespConversation::hello(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = respWords(bytes, 8);
    if (words.size() > 1 && words[1] != "2")
        return answer(traits, "-NOPROTO unsupported protocol version\r\n");
    for (std::size_t i = 2; i < words.size(); ++i)
    {
        const bool name = sameWord(words[i], "SETNAME") && i + 1 < words.size();
        if (!name && (!sameWord(words[i], "AUTH") || i + 2 >= words.size()))
            return answer(traits, "-ERR syntax error in HELLO\r\n");
        if (name && !setName(words[++i], traits))
            return;
        if (name)
            continue;
        if (_settings.password.empty())
            return error(traits, "AUTH without local.password");
        if (!authenticate(words[i + 1], words[i + 2]))
            return answer(traits, "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
        i += 2;
    }
    if (!_settings.password.empty() && !_authenticated)
        return answer(traits, "-NOAUTH HELLO must be called with the client already authenticated\r\n");
    answer(traits, "*14\r\n" + bulk("server") + bulk("redis") + bulk("version") + bulk("7.0.0") + bulk("proto") +
                       ":2\r\n" + bulk("id") + ":1\r\n" + bulk("mode") + bulk("standalone") + bulk("role") +
                       bulk("master") + bulk("modules") + "*0\r\n");
}

/// Of the database in which all connections are there is nothing to say; but to a client that asked for another one,
/// and of which nobody knows whether it came back, all is said.
void RespConversation::select(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = respWords(bytes, 3);
    const bool same = words.size() == 2 && words[1] == std::to_string(_settings.database);
    if (same && !_otherDatabase)
        return answer(traits, OK);
    if (same)
    {
        traits.frees = ties::DATABASE;
        return;
    }
    _otherDatabase = _settings.ties;
    tie(traits, ties::DATABASE, 0, bytes);
}

/// False: it is none.
bool RespConversation::setName(Bytes name, RequestTraits& traits)
{
    constexpr std::size_t LONGEST = 1024; // it is kept
    const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!printable || name.size() > LONGEST)
    {
        error(traits, "a client's name has at most 1024 printable characters, and no spaces");
        return false;
    }
    _name = name;
    answer(traits, OK);
    return true;
}

/// What leaves nothing behind passes; what is not known might.
void RespConversation::client(Bytes bytes, RequestTraits& traits)
{
    constexpr Bytes PASS[] = {"GETREDIR", "HELP",  "ID",           "INFO",    "KILL",
                              "LIST",     "PAUSE", "TRACKINGINFO", "UNBLOCK", "UNPAUSE"};
    const std::vector<Bytes> words = respWords(bytes, 4);
    const Bytes what = words.size() > 1 ? words[1] : Bytes();
    if (sameWord(what, "SETNAME"))
    {
        if (words.size() != 3)
            return answer(traits, "-ERR wrong number of arguments for 'client|setname' command\r\n");
        setName(words[2], traits);
    }
    else if (sameWord(what, "GETNAME"))
        answer(traits, _name.empty() ? "$-1\r\n" : bulk(_name));
    else if (sameWord(what, "SETINFO") || sameWord(what, "CAPA"))
        answer(traits, OK);
    else if (sameWord(what, "REPLY"))
        error(traits, "CLIENT REPLY does not pass");
    else if (!what.empty() &&
             std::none_of(std::begin(PASS), std::end(PASS), [what](Bytes known) { return sameWord(what, known); }))
        tie(traits, ties::SESSION, 0, bytes);
}

/// From now on nothing that comes is an answer.
void RespConversation::subscribe(Bytes bytes, RespEffect effect, unsigned reason, RequestTraits& traits)
{
    if (effect == RespEffect::subscribe && respCount(bytes) < 2)
        return; // an error answers it
    _subscribed = _settings.ties;
    _subscription.begin();
    _subscription.asked(effect, bytes);
    traits.pushes = true;
    traits.answered = false;
    tie(traits, reason, 0, bytes);
}

/// Of somebody who has not subscribed: the answers that a server gives then.
void RespConversation::unsubscribe(Bytes bytes, bool whole, RequestTraits& traits)
{
    constexpr std::size_t MOST = 8192; // the answer is several times as long
    if (!whole || bytes.size() > MOST)
        return error(traits, nameOf(bytes) + " of too many names");
    const std::vector<Bytes> words = respWords(bytes, bytes.size());
    std::string name(words.front());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::string reply;
    for (std::size_t i = 1; i < words.size(); ++i)
        reply += "*3\r\n" + bulk(name) + bulk(words[i]) + ":0\r\n";
    answer(traits, reply.empty() ? "*3\r\n" + bulk(name) + "$-1\r\n:0\r\n" : reply);
}

/// The connection, if the client has one alone, is left with its state.
void RespConversation::reset(RequestTraits& traits)
{
    _authenticated = _multi = _refusedMulti = _otherDatabase = _subscribed = false;
    _name.clear();
    traits.resets = true;
    answer(traits, "+RESET\r\n");
}

bool RespConversation::pushEnded(const Unsubscribed& told)
{
    if (!_subscribed || !_subscription.told(told))
        return false;
    _subscribed = false;
    return true;
}

bool RespConversation::failed(const RequestTraits&, Failure failure, std::string& reply)
{
    switch (failure)
    {
    case Failure::unavailable:
        reply = "-ERR proximux: no target connection was free in time\r\n";
        break;
    case Failure::lost:
        reply = "-ERR proximux: the target connection was lost\r\n";
        break;
    case Failure::timeout:
        reply = "-ERR proximux: the target did not answer in time\r\n";
        break;
    }
    return true;
}

bool RespConversation::malformed(const char* why, std::string& reply)
{
    reply = "-ERR proximux: " + std::string(why) + "\r\n";
    return true;
}

} // namespace proximux
