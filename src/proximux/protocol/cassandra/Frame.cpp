#include <proximux/protocol/cassandra/Frame.h>

#include <algorithm>

namespace proximux::cassandra
{

namespace
{

constexpr std::uint64_t LARGEST = 256U << 20U; ///< bytes of a body, as the specification says

/// Versions with this header: 3 to 6, and two of a vendor. All have one to say that they are not supported.
bool hasHeader(unsigned version)
{
    constexpr unsigned FIRST = 3;
    constexpr unsigned LAST = 6;
    return (version >= FIRST && version <= LAST) || version == 0x41 || version == 0x42;
}

/// Takes values off the front of a body, until one is not there.
class Reader
{
public:
    explicit Reader(Bytes rest)
        : _rest(rest)
    {
    }

    [[nodiscard]] bool isCut() const { return _isCut; }
    [[nodiscard]] Bytes rest() const { return _rest; }

    Bytes take(std::size_t size)
    {
        _isCut = _isCut || size > _rest.size();
        const Bytes taken = _isCut ? Bytes() : _rest.substr(0, size);
        _rest.remove_prefix(taken.size());
        return taken;
    }

    /// 0 where it is not there.
    std::uint64_t number(std::size_t width) { return readNumber(take(width)); }

    /// Bytes behind their number. A negative one says that there are none.
    void skipBytes()
    {
        const std::uint64_t size = number(4);
        if (size <= 0x7fffffff)
            take(static_cast<std::size_t>(size));
    }

    void skipTexts()
    {
        for (std::uint64_t left = number(2); left > 0 && !_isCut; --left)
            take(static_cast<std::size_t>(number(2)));
    }

    void skipPayload()
    {
        for (std::uint64_t left = number(2); left > 0 && !_isCut; --left)
        {
            take(static_cast<std::size_t>(number(2)));
            skipBytes();
        }
    }

private:
    Bytes _rest;
    bool _isCut = false;
};

bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Where a comment at the beginning ends; 0: there is none; npos: its end is not there.
std::size_t commentEnd(Bytes text)
{
    const Bytes mark = text.substr(0, 2);
    std::size_t end = 0;
    if (mark == "--" || mark == "//")
        end = text.find_first_of("\r\n");
    else if (mark == "/*")
        end = text.find("*/", 2);
    return end == 0 || end == Bytes::npos ? end : end + (mark == "/*" ? 2 : 1);
}

/// Wrong as soon as that can be seen.
Beginning beginningOf(Bytes input, bool response)
{
    if (input.empty())
        return {};
    if (!hasHeader(byteAt(input, 0) & ~RESPONSE))
        return {0, "a Cassandra frame of an unknown version, or of version 1 or 2"};
    if (((byteAt(input, 0) & RESPONSE) != 0) != response)
        return {0,
                response ? "a Cassandra request instead of a response" : "a Cassandra response instead of a request"};
    if (input.size() > OPCODE && nameOf(byteAt(input, OPCODE)).empty())
        return {0, "a Cassandra frame with an unknown opcode"};
    if (input.size() < HEADER)
        return {};
    const std::uint64_t length = numberAt(input, LENGTH, HEADER - LENGTH);
    if (length > LARGEST)
        return {0, "a Cassandra frame longer than 256 MB"};
    return {HEADER + static_cast<std::size_t>(length)};
}

} // namespace

Beginning requestOf(Bytes input)
{
    return beginningOf(input, false);
}

Beginning responseOf(Bytes input)
{
    return beginningOf(input, true);
}

Bytes nameOf(unsigned code)
{
    constexpr Bytes NAMES[] = {"ERROR",         "STARTUP",     "READY", "AUTHENTICATE", "",
                               "OPTIONS",       "SUPPORTED",   "QUERY", "RESULT",       "PREPARE",
                               "EXECUTE",       "REGISTER",    "EVENT", "BATCH",        "AUTH_CHALLENGE",
                               "AUTH_RESPONSE", "AUTH_SUCCESS"};
    return code < std::size(NAMES) ? NAMES[code] : Bytes();
}

std::string frame(unsigned code, Bytes stream, Bytes body, bool response)
{
    std::string text(HEADER, '\0');
    text[0] = static_cast<char>(VERSION | (response ? RESPONSE : 0));
    std::copy(stream.begin(), stream.end(), text.begin() + STREAM);
    text[OPCODE] = static_cast<char>(code);
    writeNumber(body.size(), &text[LENGTH], HEADER - LENGTH);
    return text.append(body);
}

std::optional<Bytes> statementOf(Bytes request)
{
    const std::size_t body = static_cast<std::size_t>(numberAt(request, LENGTH, HEADER - LENGTH));
    const Bytes shown = request.substr(HEADER, body);
    Reader reader(shown);
    if ((byteAt(request, FLAGS) & flag::PAYLOAD) != 0)
        reader.skipPayload();
    const std::uint64_t size = reader.number(4);
    const std::size_t before = shown.size() - reader.rest().size();
    if (reader.isCut() || size > body - before)
        return std::nullopt;
    return reader.rest().substr(0, static_cast<std::size_t>(size));
}

std::optional<std::string> firstWord(Bytes statement)
{
    for (std::size_t skipped = 1; skipped > 0 && !statement.empty();)
    {
        skipped = isSpace(statement.front()) ? 1 : commentEnd(statement);
        if (skipped == Bytes::npos || statement == "-" || statement == "/")
            return std::nullopt;
        statement.remove_prefix(skipped);
    }
    const auto* end = std::find_if_not(statement.begin(), statement.end(), isLetter);
    if (end == statement.end())
        return std::nullopt;
    std::string word(statement.begin(), end);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return word;
}

ResultKind kindOf(Bytes response)
{
    constexpr std::size_t TRACE = 16;
    const unsigned flags = byteAt(response, FLAGS);
    Reader reader(response.substr(HEADER));
    if ((flags & flag::COMPRESSED) != 0)
        return {false, true};
    if ((flags & flag::TRACING) != 0)
        reader.take(TRACE);
    if ((flags & flag::WARNING) != 0)
        reader.skipTexts();
    if ((flags & flag::PAYLOAD) != 0)
        reader.skipPayload();
    const std::uint64_t number = reader.number(4);
    return {!reader.isCut(), false, number};
}

} // namespace proximux::cassandra
