#include <proximux/protocol/memcached/Command.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <limits>

namespace proximux::memcached
{

namespace
{

constexpr Bytes NOREPLY = "noreply";

bool isOneOf(Bytes word, std::initializer_list<Bytes> words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Whether this is a time in seconds; negative means long ago.
bool isTime(Bytes text)
{
    if (!text.empty() && text.front() == '-')
        text.remove_prefix(1);
    return decimal(text, std::numeric_limits<std::int32_t>::max()).has_value();
}

/// A command that no server answers if it has noreply after this number of words.
struct Silent
{
    Bytes name;
    std::size_t words;
};

constexpr Silent SILENT[] = {{"set", 6},       {"add", 6},       {"replace", 6},   {"append", 6},        {"prepend", 6},
                             {"cas", 7},       {"delete", 3},    {"incr", 4},      {"decr", 4},          {"touch", 4},
                             {"flush_all", 2}, {"flush_all", 3}, {"verbosity", 3}, {"cache_memlimit", 3}};

} // namespace

std::optional<std::uint64_t> decimal(Bytes text, std::uint64_t most)
{
    if (text.empty())
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text)
    {
        if (c < '0' || c > '9')
            return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (digit > most || value > (most - digit) / 10)
            return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

/// No command echoes a random word on all servers. So the order of two possible answers encodes the random number: 64
/// commands, each a get or an incr of a key that does not exist.
Fence textFence(Random& random)
{
    constexpr std::size_t COMMANDS = 64;
    constexpr char DIGITS[] = "0123456789abcdef";
    std::string key;
    for (std::uint64_t word = random.next(); key.size() < 16; word >>= 4U)
        key += DIGITS[word & 15U];
    Fence fence;
    std::uint64_t bits = random.next();
    for (std::size_t i = 0; i < COMMANDS; ++i, bits >>= 1U)
    {
        const bool reads = (bits & 1U) != 0;
        fence.request += reads ? "get " + key + "\r\n" : "incr " + key + " 1\r\n";
        fence.answer += reads ? "END\r\n" : "NOT_FOUND\r\n";
    }
    return fence;
}

std::size_t splitWords(Bytes line, Bytes* words, std::size_t most)
{
    std::size_t count = 0;
    std::size_t at = line.find_first_not_of(' ');
    while (at != Bytes::npos && count < most)
    {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        words[count++] = line.substr(at, end - at);
        at = line.find_first_not_of(' ', end);
    }
    return count;
}

Command::Command(Bytes line)
    : _line(line.substr(0, line.find('\n')))
{
    if (!_line.empty() && _line.back() == '\r')
        _line.remove_suffix(1);
    _count = splitWords(_line, _words, MOST);
}

bool Command::isStorage() const
{
    return isOneOf(name(), {"set", "add", "replace", "append", "prepend", "cas", "ms"});
}

bool Command::isMeta() const
{
    return isOneOf(name(), {"mg", "ms", "md", "ma"});
}

std::optional<std::uint64_t> Command::dataSize() const
{
    constexpr std::size_t MAX_META_WORDS = 19;
    const bool meta = name() == "ms";
    const bool cas = name() == "cas";
    const std::size_t usual = cas ? 6 : 5;
    const std::size_t least = meta ? 3 : usual;
    const std::size_t most = meta ? MAX_META_WORDS : usual + 1;
    if (_count < least || _count > most || _line.front() == ' ' || _words[1].size() > MAX_KEY)
        return std::nullopt;
    if (meta)
        return decimal(_words[2], MAX_DATA);
    const bool numbers = decimal(_words[2], std::numeric_limits<std::uint32_t>::max()) && isTime(_words[3]) &&
                         (!cas || decimal(_words[5], std::numeric_limits<std::uint64_t>::max()));
    return numbers ? decimal(_words[4], MAX_DATA) : std::nullopt;
}

Bytes Command::noreply() const
{
    if (_count < 2 || _words[_count - 1] != NOREPLY)
        return {};
    const bool known = std::any_of(std::begin(SILENT), std::end(SILENT),
                                   [this](const Silent& each) { return each.name == name() && each.words == _count; });
    return known ? _words[_count - 1] : Bytes();
}

/// Whether a meta command has this flag. Only the first letter of a flag counts.
bool Command::hasFlag(char letter) const
{
    return std::any_of(_words + std::min<std::size_t>(_count, 2), _words + _count,
                       [letter](Bytes flag) { return flag.front() == letter; });
}

bool Command::mayBeSilent() const
{
    if (isMeta())
        return hasFlag('q');
    const Bytes* end = _words + _count;
    return std::find(_words, end, NOREPLY) != end && !isStorage() &&
           !isOneOf(name(), {"get", "gets", "gat", "gats", "me", "mn"});
}

/// Some flags of mg change the item, or get another response the second time.
bool Command::mayRepeat() const
{
    const bool changes = hasFlag('E') || hasFlag('N') || hasFlag('R') || hasFlag('T');
    return isOneOf(name(), {"get", "gets", "version"}) || (name() == "mg" && !changes);
}

bool Command::hasLongKey() const
{
    if (!isOneOf(name(), {"get", "gets", "gat", "gats", "bget"}))
        return false;
    std::size_t from = 0;
    for (std::size_t end = 0; end != Bytes::npos; from = end + 1)
    {
        end = _line.find(' ', from);
        if (std::min(end, _line.size()) - from > MAX_KEY)
            return true;
    }
    return false;
}

/// Whether all flags of a meta command are known and unique. Otherwise servers may read the rest differently.
bool Command::hasKnownFlags() const
{
    constexpr Bytes ALONE = "bcfhIklqstuvx";
    constexpr Bytes WITH_NUMBER = "CDEFJNRST";
    constexpr Bytes WITH_TEXT = "LMOP";
    constexpr std::size_t MAX_TEXT = 32;
    const std::size_t from = name() == "ms" ? 3 : 2;
    std::uint32_t seen[4] = {};
    for (std::size_t i = from; i < _count; ++i)
    {
        const Bytes flag = _words[i];
        const Bytes value = flag.substr(1);
        const auto letter = static_cast<unsigned char>(flag.front());
        const bool number = WITH_NUMBER.find(flag.front()) != Bytes::npos &&
                            (isTime(value) || decimal(value, std::numeric_limits<std::uint64_t>::max()));
        const bool text = WITH_TEXT.find(flag.front()) != Bytes::npos && !value.empty() && value.size() <= MAX_TEXT;
        const bool alone = ALONE.find(flag.front()) != Bytes::npos && value.empty();
        if ((!number && !text && !alone) || (seen[letter / 32] >> letter % 32 & 1U) != 0)
            return false;
        seen[letter / 32] |= 1U << letter % 32;
    }
    return true;
}

bool Command::isCertain() const
{
    const std::size_t count = _count - (noreply().empty() ? 0 : 1);
    const bool written = count > 0 && count < MOST && _line.front() != ' ' && isKnownForm(count);
    const bool keys = isOneOf(name(), {"get", "gets"}); // any number of keys with any names
    return keys ? _count >= 2 && _line.front() != ' ' : written && (_words[count - 1] != NOREPLY || isMeta());
}

/// Whether the first `count` words are a command with all required arguments.
bool Command::isKnownForm(std::size_t count) const
{
    const auto isNumber = [](Bytes word)
    { return decimal(word, std::numeric_limits<std::uint64_t>::max()).has_value(); };
    const auto isKey = [](Bytes word) { return word.size() <= MAX_KEY; };
    if (isOneOf(name(), {"version", "stats", "mn", "flush_all"}) && count == 1)
        return true;
    if (isOneOf(name(), {"verbosity", "cache_memlimit"}))
        return count == 2 && isNumber(_words[1]);
    if (name() == "flush_all")
        return count == 2 && isTime(_words[1]);
    if (isOneOf(name(), {"gat", "gats"}))
        return count >= 3 && isTime(_words[1]);
    if (name() == "delete")
        return count == 2 && isKey(_words[1]);
    if (isOneOf(name(), {"incr", "decr"}))
        return count == 3 && isKey(_words[1]) && isNumber(_words[2]);
    if (name() == "touch")
        return count == 3 && isKey(_words[1]) && isTime(_words[2]);
    if (isMeta() || name() == "me")
    {
        const bool keyAsItIs = hasFlag('b') && (hasFlag('k') || name() == "me"); // the key may contain line ends
        return count >= (name() == "ms" ? 3 : 2) && isKey(_words[1]) && hasKnownFlags() && !keyAsItIs;
    }
    return isStorage();
}

bool Command::isDump() const
{
    return name() == "lru_crawler" && isOneOf(word(1), {"metadump", "mgdump"});
}

bool Command::isHttp() const
{
    const bool takesKeys = isStorage() || isOneOf(name(), {"get", "gets", "gat", "gats", "delete", "incr", "decr",
                                                           "touch", "mg", "md", "ma", "me"});
    return !takesKeys && std::any_of(_words, _words + _count, [](Bytes word) { return word.substr(0, 5) == "HTTP/"; });
}

} // namespace proximux::memcached
