#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace proximux::mysql
{

/// The part of a prepared statement that may be shown.
struct Statement
{
    std::string text;    ///< its SQL, or its withheld form; empty if the limit was reached
    bool secret = false; ///< values bound to it are secret
};

/// The prepared statements of a connection, within limits: at MOST statements no more are added, and beyond the byte
/// limit their text is dropped.
class Statements
{
public:
    static constexpr std::size_t MOST = 1024;
    static constexpr std::uint32_t LAST = 0xFFFFFFFF; ///< MariaDB's id for the statement prepared last

    /// limit: total bytes of text kept.
    explicit Statements(std::size_t limit)
        : _limit(limit)
    {
    }

    /// Sets the statement that the client is preparing; its id is not known yet.
    void setLast(Statement statement) { _last = std::move(statement); }

    /// Adds a statement with the id given by the server.
    void add(std::uint32_t id, Statement statement);

    void remove(std::uint32_t id);
    void clear();

    /// The statement, or null if it is unknown.
    [[nodiscard]] const Statement* find(std::uint32_t id) const;

    [[nodiscard]] std::size_t size() const { return _statements.size(); }
    [[nodiscard]] std::size_t textSize() const { return _textSize; }

private:
    std::unordered_map<std::uint32_t, Statement> _statements;
    Statement _last;
    std::size_t _limit;
    std::size_t _textSize = 0;
};

} // namespace proximux::mysql
