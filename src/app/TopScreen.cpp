#include <app/TopScreen.h>

#include <app/LogFormat.h>
#include <proximux/admin/Numbers.h>
#include <proximux/admin/Table.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace proximux
{

namespace
{

using Line = TopScreen::Line;
using Lines = std::vector<Line>;
using Style = TopScreen::Style;
using admin::latencyText;
using admin::shortNumber;
using admin::shortText;
using admin::sizeText;

constexpr const char* FOOTER = "q ends";
constexpr std::size_t ALL_LINES = std::numeric_limits<std::size_t>::max();

bool beginsCharacter(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// In characters of UTF-8.
std::size_t widthOf(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), beginsCharacter));
}

/// Cut behind this many characters.
std::string cut(const std::string& text, std::size_t columns)
{
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if (beginsCharacter(text[at]) && columns-- == 0)
            break;
    return text.substr(0, at);
}

std::string orDash(const std::string& text)
{
    return text.empty() ? "-" : text;
}

std::string orDash(std::optional<Duration> duration)
{
    return duration ? shortText(*duration) : "-";
}

/// Rows of texts, the first one of titles, as aligned lines.
class Columns
{
public:
    explicit Columns(std::vector<std::string> titles) { add(std::move(titles), Style::title); }

    void add(std::vector<std::string> row, Style style)
    {
        _widths.resize(row.size());
        for (std::size_t i = 0; i < row.size(); ++i)
        {
            row[i] = printable(row[i]);
            _widths[i] = std::max(_widths[i], widthOf(row[i]));
        }
        _rows.push_back({std::move(row), style});
    }

    [[nodiscard]] std::size_t count() const { return _rows.size() - 1; } ///< without the titles

    /// The titles and at most this many lines; the last one says how many rows have no room.
    [[nodiscard]] Lines lines(std::size_t most) const
    {
        const std::size_t shown = count() <= most ? count() : std::max<std::size_t>(most, 1) - 1;
        Lines lines;
        for (std::size_t i = 0; i <= shown; ++i)
            lines.push_back(line(_rows[i]));
        if (shown < count() && most > 0)
            lines.push_back({"... " + std::to_string(count() - shown) + " more"});
        return lines;
    }

private:
    struct Row
    {
        std::vector<std::string> texts;
        Style style;
    };

    [[nodiscard]] Line line(const Row& row) const
    {
        std::string text;
        for (std::size_t i = 0; i < row.texts.size(); ++i)
            text += row.texts[i] + std::string(_widths[i] - widthOf(row.texts[i]) + 2, ' ');
        return {text.substr(0, text.find_last_not_of(' ') + 1), row.style};
    }

    std::vector<Row> _rows;
    std::vector<std::size_t> _widths;
};

Columns targetsOf(const StatusSample& seen)
{
    Columns columns({"TARGET", "STATE", "CONNECTIONS", "BACK-OFF ENDS IN", "LAST ERROR"});
    for (const StatusSample::Target& each : seen.targets)
        columns.add({each.name, each.state, orDash(each.connections), orDash(each.retryIn), orDash(each.lastError)},
                    each.state == "dead" || each.state == "down" ? Style::warning : Style::plain);
    return columns;
}

Columns lanesOf(const StatusSample& seen)
{
    Columns columns({"CONNECTION", "STATE", "IN FLIGHT", "CLIENT", "PINNED BY", "PINNED FOR", "TARGET"});
    for (const StatusSample::Lane& each : seen.lanes)
        columns.add({each.connection, each.state, each.inFlight, orDash(each.client), orDash(each.pinned),
                     orDash(each.pinnedFor), each.target},
                    Style::plain);
    return columns;
}

/// "in the last minute"
std::string spanText(const StatusTrend& trend, const StatusSample& seen)
{
    if (trend.span == seen.uptime)
        return "since the start";
    const bool isWhole = trend.span + Duration::seconds(2) >= StatusHistory::KEPT;
    return "in the last " + (isWhole ? "minute" : shortText(trend.span));
}

Lines headOf(const StatusHistory& history)
{
    const StatusSample& seen = history.latest();
    const StatusTrend now = history.now();
    const StatusTrend minute = history.minute();
    const std::string span = spanText(minute, seen);
    Lines lines{{"Proximux " + seen.version + " on " + seen.listen + ", mode " + seen.mode + ", protocol " +
                 seen.protocol + ", up for " + shortText(seen.uptime)}};
    if (seen.phase != "serving")
        lines.push_back({"! " + seen.phase, Style::warning});
    if (seen.paused)
        lines.push_back({"! paused: requests wait until resume", Style::warning});
    if (seen.silentThreads > 0)
        lines.push_back({"! threads that do not respond: " + std::to_string(seen.silentThreads), Style::warning});
    lines.push_back({"clients    " + std::to_string(seen.clients) +
                     (seen.maxClients > 0 ? " of " + std::to_string(seen.maxClients) : "") + ", " +
                     std::to_string(seen.accepted) + " accepted since the start"});
    lines.push_back(
        {"requests   " + shortNumber(now.requests) + "/s, " + std::to_string(minute.errors) + " errors " + span});
    lines.push_back({"responses  median " + latencyText(minute.median) + ", 99th percentile " +
                     latencyText(minute.p99) + " " + span});
    lines.push_back({"queue      " + std::to_string(seen.queued) + " waiting" +
                     (seen.queued > 0 ? ", the oldest for " + shortText(seen.oldestWait) : "")});
    lines.push_back(
        {"traffic    " + sizeText(now.bytesIn) + "/s from clients, " + sizeText(now.bytesOut) + "/s to clients"});
    for (Line& line : lines)
        line.text = printable(line.text);
    return lines;
}

void append(Lines& lines, const Lines& more)
{
    lines.emplace_back();
    lines.insert(lines.end(), more.begin(), more.end());
}

} // namespace

std::vector<Line> TopScreen::fit(const StatusHistory& history, Terminal::Size size)
{
    constexpr std::size_t TITLES = 4; // with a blank line before each table
    const Columns targets = targetsOf(history.latest());
    const Columns lanes = lanesOf(history.latest());
    Lines lines = headOf(history);
    const std::size_t taken = lines.size() + TITLES + 1;
    const std::size_t room = size.rows > taken ? size.rows - taken : 0;
    const std::size_t leftOver = room > lanes.count() ? room - lanes.count() : 0;
    const std::size_t mostTargets = std::min(targets.count(), std::max(room / 2, leftOver));
    append(lines, targets.lines(mostTargets));
    append(lines, lanes.lines(room - mostTargets));
    lines.resize(std::max<std::size_t>(size.rows, 1) - 1);
    lines.push_back({FOOTER});
    for (Line& line : lines)
        line.text = cut(line.text, size.columns);
    return lines;
}

std::string TopScreen::plain(const StatusHistory& history)
{
    Lines lines = headOf(history);
    append(lines, targetsOf(history.latest()).lines(ALL_LINES));
    append(lines, lanesOf(history.latest()).lines(ALL_LINES));
    std::string text;
    for (const Line& line : lines)
        text += line.text + "\n";
    return text;
}

std::string TopScreen::drawn(const std::vector<Line>& lines)
{
    static const std::string CLEAR = "\x1b[K"; // before the text: behind a full line it would take its end
    static constexpr const char* STYLES[] = {"", "\x1b[7m", "\x1b[1;31m"};
    std::string text = "\x1b[H";
    for (const Line& line : lines)
        text += (&line == lines.data() ? "" : "\r\n") + CLEAR +
                std::string(STYLES[static_cast<std::size_t>(line.style)]) + line.text + "\x1b[0m";
    return text + "\x1b[J";
}

} // namespace proximux
