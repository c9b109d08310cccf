// ClientConversation: CLIENT, which speaks of a connection that clients share.

#include <proximux/protocol/resp/ClientConversation.h>

#include <algorithm>

namespace proximux::resp
{

namespace
{

constexpr std::size_t LONGEST_NAME = 1024; ///< bytes of a name: limits the memory per client

bool isPrintable(Bytes text)
{
    return text.size() <= LONGEST_NAME &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace

/// Returns false if the name is invalid.
bool ClientConversation::setName(Bytes name, RequestTraits& traits)
{
    if (!isPrintable(name))
    {
        error(traits, "invalid client name; expected at most 1024 printable characters without spaces");
        return false;
    }
    _identity.name = name;
    answer(traits, OK);
    return true;
}

void ClientConversation::setInfo(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 5);
    if (words.size() != 4)
        return answer(traits, "-ERR wrong number of arguments for 'client|setinfo' command\r\n");
    const bool library = sameWord(words[2], "LIB-NAME");
    if (!library && !sameWord(words[2], "LIB-VER"))
        return error(traits, "CLIENT SETINFO with an unknown option; expected LIB-NAME or LIB-VER");
    if (!isPrintable(words[3]))
        return error(traits, "CLIENT SETINFO with an invalid value; expected at most 1024 printable characters without "
                             "spaces");
    (library ? _identity.library : _identity.version) = words[3];
    answer(traits, OK);
}

/// A text, in RESP3 with its kind.
std::string ClientConversation::verbatim(const std::string& text) const
{
    if (_dialect != dialect::RESP3)
        return bulk(text);
    return "=" + std::to_string(text.size() + 4) + "\r\ntxt:" + text + "\r\n";
}

/// A client sees itself alone.
void ClientConversation::list(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, bytes.size());
    bool shown = words.size() == 2;
    if (words.size() == 4 && sameWord(words[2], "TYPE"))
        shown = sameWord(words[3], "NORMAL");
    else if (words.size() >= 4 && sameWord(words[2], "ID"))
        shown = std::find(words.begin() + 3, words.end(), std::to_string(_identity.number)) != words.end();
    else if (!shown)
        return answer(traits, "-ERR syntax error\r\n");
    answer(traits, verbatim(shown ? _identity.line(_database, _dialect + 1) : std::string()));
}

void ClientConversation::client(Bytes bytes, bool whole, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 4);
    switch (clientCommandOf(bytes).effect)
    {
    case ClientEffect::name:
        if (words.size() != 3)
            return answer(traits, "-ERR wrong number of arguments for 'client|setname' command\r\n");
        setName(words[2], traits);
        return;
    case ClientEffect::getName:
        return answer(traits, _identity.name.empty() ? null() : bulk(_identity.name));
    case ClientEffect::info:
        return setInfo(bytes, traits);
    case ClientEffect::ok:
        return answer(traits, OK);
    case ClientEffect::id:
        return answer(traits, ":" + std::to_string(_identity.number) + "\r\n");
    case ClientEffect::describe:
        return answer(traits, verbatim(_identity.line(_database, _dialect + 1)));
    case ClientEffect::list:
        return whole ? list(bytes, traits) : error(traits, "CLIENT LIST is too long");
    case ClientEffect::reply:
        return replyMode(bytes, traits);
    case ClientEffect::tracking:
        return tracking(bytes, traits);
    case ClientEffect::state:
        return tie(traits, pins::SESSION, 0, bytes);
    case ClientEffect::none:
    case ClientEffect::refused:
        return;
    }
}

/// Requests without replies: from now on, messages of the connection are not counted.
void ClientConversation::replyMode(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 4);
    if (words.size() == 3 && sameWord(words[2], "ON"))
        return answer(traits, OK);
    if (words.size() != 3 || (!sameWord(words[2], "OFF") && !sameWord(words[2], "SKIP")))
        return; // an error answers it
    keepAll(bytes, traits);
    traits.muted = _muted = sameWord(words[2], "OFF");
}

/// The target tells which keys have changed, on the connection that asked for it. In RESP2 it can't, but has the state.
void ClientConversation::tracking(Bytes bytes, RequestTraits& traits)
{
    const std::vector<Bytes> words = wordsOf(bytes, 3);
    if (words.size() < 3 || sameWord(words[2], "OFF"))
        return; // it changes nothing, or an error answers it
    if (_dialect == dialect::RESP3)
        return subscribe(bytes, Effect::client, pins::SUBSCRIPTION, traits);
    tie(traits, pins::SESSION, 0, bytes);
}

} // namespace proximux::resp
