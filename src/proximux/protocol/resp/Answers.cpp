// ClientConversation: the replies given in the target's place.

#include <proximux/protocol/resp/ClientConversation.h>

#include <algorithm>
#include <iterator>

namespace proximux::resp
{

namespace
{

std::string bulk(Bytes text)
{
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

/// Compares in constant time.
bool sameSecret(Bytes a, Bytes b)
{
    unsigned char difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(difference | (a[i] ^ (b.empty() ? 0 : b[i % b.size()])));
    return difference == 0;
}

} // namespace

void ClientConversation::auth(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 4);
    if (words.size() != 2 && words.size() != 3)
        return answer(traits, "-ERR wrong number of arguments for 'auth' command\r\n");
    if (_settings.password.empty())
        return error(traits, "AUTH was sent, but local.password is not set");
    if (authenticate(words.size() == 3 ? words[1] : Bytes("default"), words.back(), traits))
        answer(traits, OK);
}

/// A wrong password delays the client; several of them close its connection.
bool ClientConversation::authenticate(Bytes user, Bytes password, RequestTraits& traits)
{
    if (sameSecret(password, _settings.password) && user == "default")
    {
        _authenticated = true;
        return true;
    }
    traits.delayed = true;
    traits.refusal = "a wrong password";
    traits.last = ++_failures >= _settings.failedAuth;
    answer(traits, "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
    return false;
}

/// Accepts RESP2 only, the common version of all clients on a shared connection.
void ClientConversation::hello(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 8);
    if (words.size() > 1 && words[1] != "2")
    {
        traits.refusal = "HELLO with a protocol version other than 2";
        return answer(traits, "-NOPROTO unsupported protocol version\r\n");
    }
    for (std::size_t i = 2; i < words.size(); ++i)
    {
        const bool name = sameWord(words[i], "SETNAME") && i + 1 < words.size();
        if (!name && (!sameWord(words[i], "AUTH") || i + 2 >= words.size()))
        {
            traits.refusal = "HELLO with invalid options";
            return answer(traits, "-ERR syntax error in HELLO\r\n");
        }
        if (name && !setName(words[++i], traits))
            return;
        if (name)
            continue;
        if (_settings.password.empty())
        {
            traits.refusal = "HELLO with AUTH, but local.password is not set";
            return error(traits, "AUTH was sent, but local.password is not set");
        }
        if (!authenticate(words[i + 1], words[i + 2], traits))
            return;
        i += 2;
    }
    if (!_settings.password.empty() && !_authenticated)
    {
        traits.refusal = "HELLO without a password";
        return answer(traits, "-NOAUTH HELLO must be called with the client already authenticated\r\n");
    }
    answer(traits, "*14\r\n" + bulk("server") + bulk("redis") + bulk("version") + bulk("7.0.0") + bulk("proto") +
                       ":2\r\n" + bulk("id") + ":1\r\n" + bulk("mode") + bulk("standalone") + bulk("role") +
                       bulk("master") + bulk("modules") + "*0\r\n");
}

/// SELECT of the common database is answered locally. If the client has selected another one, the command is sent,
/// because the result of its earlier SELECT is not known.
void ClientConversation::select(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 3);
    const bool same = words.size() == 2 && words[1] == std::to_string(_settings.database);
    if (same && !_otherDatabase)
        return answer(traits, OK);
    if (same)
    {
        traits.frees = pins::DATABASE;
        return;
    }
    _otherDatabase = _settings.pins;
    tie(traits, pins::DATABASE, 0, bytes);
}

/// Returns false if the name is invalid.
bool ClientConversation::setName(Bytes name, RequestTraits& traits)
{
    constexpr std::size_t LONGEST = 1024; // limits the memory per client
    const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!printable || name.size() > LONGEST)
    {
        error(traits, "invalid client name; expected at most 1024 printable characters without spaces");
        return false;
    }
    _name = name;
    answer(traits, OK);
    return true;
}

/// The reason to refuse this CLIENT command, or an empty text. KILL and UNBLOCK address connections that clients share;
/// REPLY would leave requests without a reply.
std::string ClientConversation::refusedOfClient(Bytes bytes)
{
    constexpr Bytes REFUSED[] = {"KILL", "UNBLOCK", "REPLY"};
    const std::vector<Bytes> words = wordsOf(bytes, 2);
    for (const Bytes refused : REFUSED)
        if (words.size() == 2 && sameWord(words[1], refused))
            return "CLIENT " + std::string(refused) + " is not supported through the proxy";
    return {};
}

/// Whether a CLIENT command leaves no state behind; false for unknown ones.
bool ClientConversation::leavesNothing(Bytes bytes)
{
    constexpr Bytes PASS[] = {"GETNAME", "GETREDIR", "HELP", "ID", "INFO", "LIST", "PAUSE", "TRACKINGINFO", "UNPAUSE"};
    const std::vector<Bytes> words = wordsOf(bytes, 2);
    return words.size() < 2 ||
           std::any_of(std::begin(PASS), std::end(PASS), [&words](Bytes known) { return sameWord(words[1], known); });
}

void ClientConversation::client(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 4);
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
    else if (!leavesNothing(bytes))
        tie(traits, pins::SESSION, 0, bytes);
}

/// Answers an unsubscribe command of a client without subscriptions as a server does.
void ClientConversation::unsubscribe(Bytes bytes, bool whole, RequestTraits& traits)
{
    constexpr std::size_t MOST = 8192; // the reply is several times as long
    if (!whole || bytes.size() > MOST)
        return error(traits, printableName(bytes) + " with too many names");
    const std::vector<Bytes> words = wordsOf(bytes, bytes.size());
    std::string name(words.front());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::string reply;
    for (std::size_t i = 1; i < words.size(); ++i)
        reply += "*3\r\n" + bulk(name) + bulk(words[i]) + ":0\r\n";
    answer(traits, reply.empty() ? "*3\r\n" + bulk(name) + "$-1\r\n:0\r\n" : reply);
}

/// Clears the client's state. A pinned connection is not reset but closed.
void ClientConversation::reset(RequestTraits& traits)
{
    _authenticated = _multi = _refusedMulti = _otherDatabase = _subscribed = false;
    _name.clear();
    traits.resets = true;
    answer(traits, "+RESET\r\n");
}
} // namespace proximux::resp
