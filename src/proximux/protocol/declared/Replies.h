#pragma once

#include <proximux/Framing.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/wire/LineFramer.h>

#include <string>
#include <vector>

namespace proximux::declared
{

/// Frames lines, and finds those that ask: with a question mark in the first word, or in the first word behind a
/// semicolon. White space is all up to the code 32.
class AskingLines : public Framer
{
public:
    /// As LineFramer.
    AskingLines(const std::string& delimiter, std::size_t max)
        : _lines(delimiter, max)
    {
    }

    Progress feed(Bytes input) override;
    [[nodiscard]] bool isAnswered() const override { return _answered; }

private:
    void look(Bytes bytes);

    enum class Place
    {
        before, ///< a part's first word has not begun
        within, ///< in its first word
        behind  ///< it has ended
    };

    LineFramer _lines;
    Place _place = Place::before;
    bool _asks = false;
    bool _answered = true;
};

/// Knows which lines have no response: those that match a pattern.
class SilentLines : public Conversation
{
public:
    static constexpr std::size_t MOST = 1024; ///< bytes of a line that are compared

    /// patterns: as in LineReplies. delimiter: what ends a line.
    SilentLines(std::vector<std::string> patterns, std::string delimiter)
        : _patterns(std::move(patterns))
        , _delimiter(std::move(delimiter))
    {
    }

    void request(Bytes bytes, bool whole, RequestTraits& traits) override;

private:
    std::vector<std::string> _patterns;
    std::string _delimiter;
};

/// Whether the whole text matches the pattern: * stands for any characters, ? for one; letters of either case are the
/// same.
bool matches(Bytes text, Bytes pattern);

} // namespace proximux::declared
