#include <proximux/admin/Table.h>

#include <proximux/Log.h>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/NumberFormatter.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <utility>

namespace proximux::admin
{

namespace
{

constexpr std::int64_t SECOND = 1000000;
constexpr std::int64_t MINUTE = 60 * SECOND;
constexpr std::int64_t HOUR = 60 * MINUTE;
constexpr std::int64_t DAY = 24 * HOUR;

/// On one line of a terminal, whatever a peer has sent.
std::string printable(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '.');
    return text;
}

/// "3h05m"
std::string twoUnits(std::int64_t us, std::int64_t unit, const char* name, std::int64_t part, const char* partName)
{
    return std::to_string(us / unit) + name + Poco::NumberFormatter::format0(static_cast<int>(us % unit / part), 2) +
           partName;
}

} // namespace

std::string shortText(Duration duration)
{
    const std::int64_t us = std::max<std::int64_t>(duration.us, 0);
    if (us < SECOND)
        return std::to_string(us / 1000) + "ms";
    if (us < MINUTE)
        return Poco::NumberFormatter::format(static_cast<double>(us) / SECOND, 1) + "s";
    if (us < HOUR)
        return twoUnits(us, MINUTE, "m", SECOND, "s");
    return us < DAY ? twoUnits(us, HOUR, "h", MINUTE, "m") : twoUnits(us, DAY, "d", HOUR, "h");
}

std::string timeText(std::int64_t milliseconds)
{
    return Poco::DateTimeFormatter::format(Poco::Timestamp(milliseconds * 1000), Poco::DateTimeFormat::ISO8601_FORMAT);
}

Table::Cell::Cell(const std::string& value)
    : text(value.empty() ? "-" : printable(value))
    , json(value.empty() ? "null" : toJsonString(value))
{
}

Table::Cell::Cell(const char* value)
    : Cell(std::string(value))
{
}

Table::Cell::Cell(std::uint64_t number)
    : text(std::to_string(number))
    , json(text)
{
}

Table::Cell::Cell(std::optional<Duration> duration)
    : text(duration ? shortText(*duration) : "-")
    , json(duration ? Poco::NumberFormatter::format(static_cast<double>(duration->us) / SECOND, 3) : "null")
{
}

Table::Cell Table::Cell::unlessZero(std::uint64_t number)
{
    return number != 0 ? Cell(number) : Cell("");
}

void Table::addAll(const Cell& first, const Table& table)
{
    for (const std::vector<Cell>& row : table._rows)
    {
        _rows.push_back({first});
        _rows.back().insert(_rows.back().end(), row.begin(), row.end());
    }
}

Table Table::behind(const std::string& first) const
{
    std::vector<std::string> columns{first};
    columns.insert(columns.end(), _columns.begin(), _columns.end());
    return Table(std::move(columns));
}

std::string Table::toText() const
{
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < _columns.size(); ++i)
    {
        widths.push_back(_columns[i].size());
        for (const auto& row : _rows)
            widths[i] = std::max(widths[i], row[i].text.size());
    }
    std::string text;
    const auto addLine = [&text, &widths](const auto& textAt)
    {
        std::string line;
        for (std::size_t i = 0; i < widths.size(); ++i)
        {
            line += textAt(i);
            line.resize(line.size() + widths[i] - textAt(i).size() + 2, ' ');
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    };
    addLine([this](std::size_t i) { return _columns[i]; });
    for (const auto& row : _rows)
        addLine([&row](std::size_t i) { return row[i].text; });
    return text;
}

std::string Table::toJson() const
{
    std::string text = "[";
    for (const auto& row : _rows)
    {
        text += text.size() > 1 ? ",{" : "{";
        for (std::size_t i = 0; i < _columns.size(); ++i)
            text += (i > 0 ? "," : "") + toJsonString(_columns[i]) + ":" + row[i].json;
        text += "}";
    }
    return text + "]";
}

} // namespace proximux::admin
