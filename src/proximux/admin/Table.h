#pragma once

#include <proximux/Instant.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proximux::admin
{

/// A table, for people as aligned text and for programs as JSON.
class Table
{
public:
    /// A value in both forms.
    struct Cell
    {
        std::string text;
        std::string json;

        Cell(const std::string& value); // NOLINT(google-explicit-constructor): a row is written as its values
        Cell(const char* value);        // NOLINT(google-explicit-constructor)
        Cell(std::uint64_t number);     // NOLINT(google-explicit-constructor)

        /// In JSON: seconds. Without a value: "-", in JSON null.
        Cell(std::optional<Duration> duration); // NOLINT(google-explicit-constructor)

        /// A number that is missing where it is 0.
        static Cell unlessZero(std::uint64_t number);
    };

    /// The columns are the names of JSON, too.
    explicit Table(std::vector<std::string> columns)
        : _columns(std::move(columns))
    {
    }

    /// One cell for each column.
    void add(std::vector<Cell> row) { _rows.push_back(std::move(row)); }

    /// Takes the rows of a table, with a further column in front of them. The columns behind it are the same.
    void addAll(const Cell& first, const Table& table);

    /// The same columns behind a further one, without rows.
    [[nodiscard]] Table behind(const std::string& first) const;

    /// A head and a line for each row.
    [[nodiscard]] std::string toText() const;

    /// A list of objects.
    [[nodiscard]] std::string toJson() const;

private:
    std::vector<std::string> _columns;
    std::vector<std::vector<Cell>> _rows;
};

/// "250ms", "3.2s", "12m05s", "3h05m", "2d03h"
std::string shortText(Duration duration);

/// A time since 1970 as 2026-11-29T06:30:00Z.
std::string timeText(std::int64_t milliseconds);

} // namespace proximux::admin
