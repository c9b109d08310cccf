#include <proximux/protocol/resp/Detection.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>

namespace proximux::resp
{

namespace
{

using Result = Detection::Result;

class CommandName
{
public:
    explicit CommandName(Bytes bytes)
        : _left(bytes)
    {
    }

    Result look()
    {
        const std::size_t words = number('*');
        const std::size_t size = words > 0 ? number('$') : 0;
        if (words > 0 && size > 0)
            name(size);
        return _found;
    }

private:
    /// Reads a type, digits and CRLF; returns 0 if they are invalid or incomplete.
    std::size_t number(char type)
    {
        constexpr std::size_t DIGITS = 7;
        std::size_t value = 0;
        if (!take(type))
            return 0;
        std::size_t digits = 0;
        for (; digits < _left.size() && digits < DIGITS && _left[digits] >= '0' && _left[digits] <= '9'; ++digits)
            value = value * 10 + static_cast<std::size_t>(_left[digits] - '0');
        if ((digits == 0 && !_left.empty()) || _left.substr(0, 1) == "0")
            return wrong();
        _left.remove_prefix(digits);
        return take('\r') && take('\n') ? value : 0;
    }

    void name(std::size_t size)
    {
        constexpr std::size_t LONGEST_WORD = 64;
        if (size > LONGEST_WORD)
            return static_cast<void>(wrong());
        for (std::size_t i = 0; i < size; ++i, _left.remove_prefix(1))
        {
            if (_left.empty())
                return;
            if (_left.front() <= ' ' || _left.front() == '\x7F')
                return static_cast<void>(wrong());
        }
        if (take('\r') && take('\n'))
            _found = Result::yes;
    }

    bool take(char c)
    {
        if (_left.empty())
            return false;
        if (_left.front() != c)
            return wrong() != 0;
        _left.remove_prefix(1);
        return true;
    }

    std::size_t wrong()
    {
        _found = Result::no;
        return 0;
    }

    Bytes _left;
    Result _found = Result::more;
};

} // namespace

Detection::Result detect(Bytes bytes)
{
    return CommandName(bytes).look();
}

bool isInlinePreparation(Bytes bytes)
{
    const std::size_t end = bytes.find(' ');
    if (end == Bytes::npos)
        return false; // all commands below have an argument
    std::string word(bytes.substr(0, end));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    constexpr Bytes PREPARATIONS[] = {"AUTH", "CLIENT", "HELLO", "SELECT"};
    return std::find(std::begin(PREPARATIONS), std::end(PREPARATIONS), word) != std::end(PREPARATIONS);
}

} // namespace proximux::resp
