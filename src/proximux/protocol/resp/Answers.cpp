// ClientConversation: the replies given in the target's place.

#include <proximux/protocol/resp/ClientConversation.h>
#include <proximux/protocol/resp/Resp.h>

#include <algorithm>
#include <charconv>

namespace proximux::resp
{

namespace
{

constexpr const char* NO_PASSWORD =
    "AUTH was sent, but local.password is not set; the login at the target is target.N.username and .password";

/// Compares in constant time.
bool sameSecret(Bytes a, Bytes b)
{
    unsigned char difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(difference | (a[i] ^ (b.empty() ? 0 : b[i % b.size()])));
    return difference == 0;
}

} // namespace

std::string ClientConversation::bulk(Bytes text)
{
    return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

std::string ClientConversation::null() const
{
    return _dialect == dialect::RESP3 ? "_\r\n" : "$-1\r\n";
}

void ClientConversation::auth(Bytes bytes, bool whole, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 4);
    if (words.size() != 2 && words.size() != 3)
        return answer(traits, "-ERR wrong number of arguments for 'auth' command\r\n");
    if (!whole)
        return error(traits, "AUTH is too long");
    if (_settings.ownLogin)
    {
        signIn({words.begin() + 1, words.end()}, traits);
        return;
    }
    if (_settings.password.empty())
        return error(traits, NO_PASSWORD);
    if (authenticate(words.size() == 3 ? words[1] : Bytes("default"), words.back(), traits))
        answer(traits, OK);
}

/// words: user and password, or that alone. The target decides. False: the client has its answer.
bool ClientConversation::signIn(const std::vector<Bytes>& words, RequestTraits& traits)
{
    constexpr std::size_t LONGEST = 1024; // bytes of a word: limits the memory per client
    if (std::any_of(words.begin(), words.end(), [](Bytes word) { return word.size() > LONGEST; }))
    {
        error(traits, "a user name or password is too long; expected at most 1024 bytes");
        return false;
    }
    const std::string command =
        words.size() == 1 ? encodeCommand({"AUTH", words[0]}) : encodeCommand({"AUTH", words[0], words[1]});
    _candidate = std::make_shared<const Login>(Login{command, OK});
    _candidateName = words.size() == 1 ? Bytes("default") : words[0];
    traits.user = _candidate;
    traits.signsIn = traits.alone = traits.barrier = true;
    return true;
}

/// Until then nothing else of this client is looked at.
void ClientConversation::signedIn(bool accepted)
{
    if (accepted)
    {
        _user = std::move(_candidate);
        _identity.user = _candidateName;
        _authenticated = true;
        _failures = 0;
    }
    else
        ++_failures;
    _candidate.reset();
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

/// Authentication and name are the proxy's matter. The version is the target's, which answers with its own map.
void ClientConversation::hello(Bytes bytes, bool whole, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 8);
    if (!whole)
        return error(traits, "HELLO is too long");
    if (words.size() > 1 && words[1] != "2" && words[1] != "3")
    {
        traits.refusal = "HELLO with a protocol version other than 2 and 3";
        return answer(traits, "-NOPROTO unsupported protocol version\r\n");
    }
    _candidate.reset();
    if (!helloOptions(words, traits))
        return;
    traits.clear();
    traits.rewritten = true;
    traits.repeatable = _candidate == nullptr;
    traits.signsIn = traits.alone = _candidate != nullptr;
    traits.user = _candidate != nullptr ? _candidate : _user;
    traits.dialect = _dialect;
    if (words.size() == 1)
        return;
    traits.switches = traits.barrier = true;
    traits.dialect = words[1] == "3" ? dialect::RESP3 : dialect::RESP2;
    traits.proof = traits.dialect == dialect::RESP3 ? dialect::PROOF : 0;
}

void ClientConversation::rewrite(Bytes, const RequestTraits& traits, std::string& text)
{
    if (traits.signsIn)
    {
        const Bytes version = traits.dialect == dialect::RESP3 ? "3" : "2";
        const std::vector<Bytes> words = wordsOf(traits.user->says, 3);
        text = encodeCommand({"HELLO", version, "AUTH", words.size() == 3 ? words[1] : Bytes("default"), words.back()});
    }
    else if (!traits.switches)
        text = "*1\r\n$5\r\nHELLO\r\n";
    else
        text = traits.dialect == dialect::RESP3 ? HELLO_3 : HELLO_2;
}

/// False: the client has its answer.
bool ClientConversation::helloOptions(const std::vector<Bytes>& words, RequestTraits& traits)
{
    for (std::size_t i = 2; i < words.size(); ++i)
    {
        const bool name = sameWord(words[i], "SETNAME") && i + 1 < words.size();
        if (!name && (!sameWord(words[i], "AUTH") || i + 2 >= words.size()))
        {
            traits.refusal = "HELLO with invalid options";
            answer(traits, "-ERR syntax error in HELLO\r\n");
            return false;
        }
        if (name && !setName(words[++i], traits))
            return false;
        if (name)
            continue;
        if (_settings.ownLogin)
        {
            if (!signIn({words[i + 1], words[i + 2]}, traits))
                return false;
            i += 2;
            continue;
        }
        if (_settings.password.empty())
        {
            traits.refusal = "HELLO with AUTH, but local.password is not set";
            error(traits, NO_PASSWORD);
            return false;
        }
        if (!authenticate(words[i + 1], words[i + 2], traits))
            return false;
        i += 2;
    }
    if (_settings.mustSignIn() && !_authenticated && _candidate == nullptr)
    {
        traits.refusal = "HELLO without a password";
        answer(traits, "-NOAUTH HELLO must be called with the client already authenticated\r\n");
        return false;
    }
    return true;
}

/// SELECT of the common database is answered locally. If the client has selected another one, the command is sent,
/// because the result of its earlier SELECT is not known.
void ClientConversation::select(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 3);
    const bool same = words.size() == 2 && words[1] == std::to_string(_settings.database);
    if (words.size() == 2)
        std::from_chars(words[1].data(), words[1].data() + words[1].size(), _database); // else as before
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
    const std::string push = _dialect == dialect::RESP3 ? ">3\r\n" : "*3\r\n";
    std::string reply;
    for (std::size_t i = 1; i < words.size(); ++i)
        reply += push + bulk(name) + bulk(words[i]) + ":0\r\n";
    answer(traits, reply.empty() ? push + bulk(name) + null() + ":0\r\n" : reply);
}

/// Clears the client's state. A pinned connection is not reset but closed.
void ClientConversation::reset(RequestTraits& traits)
{
    _authenticated = _multi = _refusedMulti = _otherDatabase = _subscribed = false;
    _dialect = dialect::RESP2;
    _identity = {_identity.number, {}, {}, {}, "default", _identity.address};
    _user.reset();
    _database = _settings.database;
    traits.resets = true;
    answer(traits, "+RESET\r\n");
}
} // namespace proximux::resp
