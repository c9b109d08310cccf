#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace proximux
{

/// What may be shown of a prepared statement.
struct MysqlStatement
{
    std::string text;    ///< its SQL, or its withheld form; empty where there was no room for it
    bool secret = false; ///< values that are bound to it are
};

/// The prepared statements of a connection, within limits: beyond MOST of them none is added, and beyond the limit of
/// bytes none keeps its text.
class MysqlStatements
{
public:
    static constexpr std::size_t MOST = 1024;
    static constexpr std::uint32_t LAST = 0xFFFFFFFF; ///< the id by which MariaDB means what was prepared last

    /// limit: bytes of text kept over all statements.
    explicit MysqlStatements(std::size_t limit)
        : _limit(limit)
    {
    }

    /// The client sends a statement to be prepared; its id is not known yet.
    void setLast(MysqlStatement statement) { _last = std::move(statement); }

    /// The server gave it an id.
    void add(std::uint32_t id, MysqlStatement statement);

    void remove(std::uint32_t id);
    void clear();

    /// The statement, or null where it was never added.
    [[nodiscard]] const MysqlStatement* find(std::uint32_t id) const;

    [[nodiscard]] std::size_t size() const { return _statements.size(); }
    [[nodiscard]] std::size_t textSize() const { return _textSize; }

private:
    std::unordered_map<std::uint32_t, MysqlStatement> _statements;
    MysqlStatement _last;
    std::size_t _limit;
    std::size_t _textSize = 0;
};

} // namespace proximux
