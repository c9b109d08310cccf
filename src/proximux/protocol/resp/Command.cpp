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

constexpr std::size_t longestName()
{
    std::size_t longest = 0;
    for (const Entry& entry : COMMANDS)
        longest = std::max(longest, entry.name.size());
    return longest;
}

constexpr std::size_t SLOTS = 1024; ///< of the table of names, a power of two, most of them free

/// Goes on with the hash of a name by its next letter.
constexpr std::size_t hashed(std::size_t hash, char c)
{
    return hash * 31 + static_cast<unsigned char>(c);
}

/// The places of the known commands by the hashes of their names, each in the first free slot from there; -1: free.
constexpr auto commandSlots()
{
    std::array<short, SLOTS> slots{};
    for (short& slot : slots)
        slot = -1;
    for (std::size_t i = 0; i < std::size(COMMANDS); ++i)
    {
        std::size_t at = 0;
        for (const char c : COMMANDS[i].name)
            at = hashed(at, c);
        while (slots[at % SLOTS] >= 0)
            ++at;
        slots[at % SLOTS] = static_cast<short>(i);
    }
    return slots;
}

/// The entry with this name, in letters of either case, or null.
const Entry* entryNamed(Bytes word)
{
    static constexpr auto SLOT_OF = commandSlots();
    constexpr std::size_t LONGEST = longestName();
    if (word.size() > LONGEST)
        return nullptr;
    char name[LONGEST];
    std::size_t hash = 0;
    for (std::size_t i = 0; i < word.size(); ++i)
    {
        name[i] = upper(word[i]);
        hash = hashed(hash, name[i]);
    }
    for (; SLOT_OF[hash % SLOTS] >= 0; ++hash)
    {
        const Entry& entry = COMMANDS[SLOT_OF[hash % SLOTS]];
        if (entry.name == Bytes(name, word.size()))
            return &entry;
    }
    return nullptr;
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

const Entry& entryOf(Bytes request)
{
    static constexpr Entry EMPTY{{}, Effect::empty};
    static constexpr Entry MODULE{{}, Effect::none};
    static constexpr Entry SECRET_OF_MODULE{{}, Effect::none, true};
    static constexpr Entry UNKNOWN{{}, Effect::unknown, true};
    Bytes word;
    if (!request.empty() && request.front() == '*')
    {
        std::size_t at = 0;
        if (request.substr(1, 1) == "-" || numberAt(request, at) == 0)
            return EMPTY;
        const std::size_t size = numberAt(request, at);
        word = at < request.size() ? request.substr(at, size) : Bytes();
    }
    else
    {
        std::size_t at = 0;
        word = nextWord(request, at);
        if (word.empty())
            return EMPTY;
    }
    if (const Entry* known = entryNamed(word))
        return *known;
    if (!isOfModule(word))
        return UNKNOWN;
    return isOfCluster(word) ? SECRET_OF_MODULE : MODULE;
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
