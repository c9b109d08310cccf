#include <proximux/protocol/resp/CommandTable.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace proximux::resp
{

namespace
{

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr Bytes SPACE = " \t\r\n";

/// The next word of an inline command without quotes; moves `at` behind it. Empty: there is none.
Bytes nextWord(Bytes line, std::size_t& at)
{
    const std::size_t begin = std::min(line.find_first_not_of(SPACE, at), line.size());
    at = std::min(line.find_first_of(SPACE, begin), line.size());
    return line.substr(begin, at - begin);
}

std::vector<Bytes> inlineWords(Bytes line, std::size_t most)
{
    std::vector<Bytes> words;
    std::size_t at = 0;
    for (Bytes word = nextWord(line, at); !word.empty() && words.size() < most; word = nextWord(line, at))
        words.push_back(word);
    return words;
}

/// Where the entries begin whose first letter is this one or a later one, from 'A' to the one behind 'Z'.
constexpr auto firstEntries()
{
    std::array<std::size_t, 'Z' - 'A' + 2> first{};
    std::size_t at = 0;
    for (std::size_t letter = 0; letter < first.size(); ++letter)
    {
        while (at < std::size(COMMANDS) && COMMANDS[at].name.front() < static_cast<char>('A' + letter))
            ++at;
        first[letter] = at;
    }
    return first;
}

/// The entry with this name in upper case, or null.
const Entry* entryNamed(Bytes name)
{
    constexpr auto FIRST = firstEntries();
    if (name.empty() || name.front() < 'A' || name.front() > 'Z')
        return nullptr;
    const auto letter = static_cast<std::size_t>(name.front() - 'A');
    const Entry* end = COMMANDS + FIRST[letter + 1];
    const Entry* found = std::lower_bound(COMMANDS + FIRST[letter], end, name,
                                          [](const Entry& entry, Bytes key) { return entry.name < key; });
    return found != end && found->name == name ? found : nullptr;
}

/// Whether this is the name of a module's command: JSON.GET, FT.SEARCH.
bool isOfModule(Bytes name)
{
    const std::size_t dot = name.find('.');
    return dot != Bytes::npos && dot > 0 && dot + 1 < name.size();
}

/// Whether this is SEARCH.CLUSTERSET, which contains the cluster nodes' passwords.
bool isOfCluster(Bytes name)
{
    return sameWord(name.substr(name.find('.') + 1), "CLUSTERSET");
}

/// The number in the line at `at`; moves `at` after the line. The framer has validated it.
std::size_t numberAt(Bytes request, std::size_t& at)
{
    std::size_t value = 0;
    for (++at; at < request.size() && request[at] != '\n'; ++at)
        if (request[at] >= '0' && request[at] <= '9')
            value = value * 10 + static_cast<std::size_t>(request[at] - '0');
    ++at;
    return value;
}

} // namespace

std::vector<Bytes> wordsOf(Bytes request, std::size_t most)
{
    if (request.empty() || request.front() != '*')
        return inlineWords(request, most);
    std::vector<Bytes> words;
    std::size_t at = 0;
    if (request.size() > 1 && request[1] == '-')
        return words;
    const std::size_t count = std::min(numberAt(request, at), most);
    while (words.size() < count && at < request.size())
    {
        const std::size_t size = numberAt(request, at);
        if (at + size + 2 > request.size())
            break;
        words.push_back(request.substr(at, size));
        at += size + 2;
    }
    return words;
}

std::size_t wordCount(Bytes request)
{
    std::size_t at = 0;
    if (request.empty() || request.front() != '*')
    {
        std::size_t count = 0;
        while (!nextWord(request, at).empty())
            ++count;
        return count;
    }
    return request.size() > 1 && request[1] == '-' ? 0 : numberAt(request, at);
}

std::vector<Entry> knownCommands()
{
    return {std::begin(COMMANDS), std::end(COMMANDS)};
}

Entry entryOf(Bytes request)
{
    char name[24]; // the longest known one has 20 characters
    Bytes word;
    if (!request.empty() && request.front() == '*')
    {
        std::size_t at = 0;
        if (request.substr(1, 1) == "-" || numberAt(request, at) == 0)
            return {{}, Effect::empty};
        const std::size_t size = numberAt(request, at);
        word = at < request.size() ? request.substr(at, size) : Bytes();
    }
    else
    {
        std::size_t at = 0;
        word = nextWord(request, at);
        if (word.empty())
            return {{}, Effect::empty};
    }
    if (word.size() < sizeof(name))
    {
        std::transform(word.begin(), word.end(), name, upper);
        if (const Entry* known = entryNamed({name, word.size()}))
            return *known;
    }
    return {{}, isOfModule(word) ? Effect::none : Effect::unknown, !isOfModule(word) || isOfCluster(word)};
}

bool mayBlock(Bytes request, bool whole)
{
    constexpr std::size_t MOST = 64; // options may be repeated
    const std::vector<Bytes> words = wordsOf(request, MOST);
    for (std::size_t i = 1; i < words.size(); ++i)
    {
        if (sameWord(words[i], "STREAMS"))
            return false; // keys follow
        if (sameWord(words[i], "BLOCK"))
            return true;
        if (sameWord(words[i], "GROUP"))
            i += 2;
        else if (sameWord(words[i], "COUNT") || sameWord(words[i], "CLAIM"))
            i += 1;
    }
    return words.size() == MOST || !whole;
}

std::string printableName(Bytes request)
{
    const std::vector<Bytes> words = wordsOf(request, 1);
    std::string text(words.empty() ? Bytes("a command") : words.front().substr(0, 32));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

bool sameWord(Bytes a, Bytes b)
{
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return upper(x) == y; });
}

} // namespace proximux::resp
