#include <proximux/protocol/declared/Replies.h>

#include <algorithm>

namespace proximux::declared
{

namespace
{

bool isSpace(char c)
{
    return static_cast<unsigned char>(c) <= ' ';
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Bytes trimmed(Bytes text)
{
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace

Framer::Progress AskingLines::feed(Bytes input)
{
    const Progress progress = _lines.feed(input);
    look(input.substr(0, progress.taken));
    if (progress.kind == Progress::Kind::complete)
    {
        _answered = _asks;
        _asks = false;
        _place = Place::before;
    }
    return progress;
}

void AskingLines::look(Bytes bytes)
{
    for (const char c : bytes)
    {
        if (c == ';')
            _place = Place::before;
        else if (isSpace(c))
            _place = _place == Place::before ? Place::before : Place::behind;
        else if (_place != Place::behind)
        {
            _place = Place::within;
            _asks = _asks || c == '?';
        }
    }
}

void SilentLines::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    if (whole)
        bytes.remove_suffix(std::min(_delimiter.size(), bytes.size()));
    const Bytes line = trimmed(bytes.substr(0, MOST));
    traits.answered = std::none_of(_patterns.begin(), _patterns.end(),
                                   [line](const std::string& each) { return matches(line, each); });
}

/// Goes back to the last * only: what an earlier one stands for was settled by then.
bool matches(Bytes text, Bytes pattern)
{
    std::size_t at = 0;
    std::size_t next = 0;
    std::size_t star = Bytes::npos; // place of the last * in the pattern, and where what it stands for ends
    std::size_t end = 0;
    while (at < text.size())
    {
        if (next < pattern.size() && pattern[next] == '*')
        {
            star = next++;
            end = at;
        }
        else if (next < pattern.size() && (pattern[next] == '?' || lower(pattern[next]) == lower(text[at])))
        {
            ++next;
            ++at;
        }
        else if (star != Bytes::npos)
        {
            next = star + 1;
            at = ++end;
        }
        else
            return false;
    }
    return pattern.find_first_not_of('*', next) == Bytes::npos;
}

} // namespace proximux::declared
