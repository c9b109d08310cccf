#pragma once

#include <app/StatusSample.h>
#include <app/Terminal.h>

#include <string>
#include <vector>

namespace proximux
{

/// What proximux top shows, as lines of text. Decides by values alone.
class TopScreen
{
public:
    enum class Style
    {
        plain,
        title,  ///< of a table
        warning ///< what needs somebody; it says so in words, too
    };

    struct Line
    {
        std::string text; ///< printable
        Style style = Style::plain;
    };

    /// The lines that fit: none is wider than the window, and there are no more than it has. Of the targets at least a
    /// few are shown, then the connections; what does not fit is counted.
    static std::vector<Line> fit(const StatusHistory& history, Terminal::Size size);

    /// All lines, for what is not a terminal.
    static std::string plain(const StatusHistory& history);

    /// The control sequences that draw the lines over those that were there.
    static std::string drawn(const std::vector<Line>& lines);
};

} // namespace proximux
