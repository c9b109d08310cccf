#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// One session at a server of MySQL or MariaDB, as far as an oracle needs it: logins, transactions, settings,
/// databases, user variables, temporary tables, locks, numbers and messages that statements leave, prepared statements
/// with parts of parameters and cursors; and what it reports of all that. What `select N` answers tells all of the
/// session that a statement can see.
class SmallMysql
{
public:
    /// Whose session it is, and how it was opened.
    struct Identity
    {
        std::string user;
        std::string database;
        unsigned collation = 0;
        std::uint64_t capabilities = 0;
    };

    /// A server that waits for a login. way: one of those in which it lets in whoever comes.
    SmallMysql(bool isMariadb, unsigned way)
        : _isMariadb(isMariadb)
        , _way(way % WAYS)
    {
    }

    /// One that has let this one in.
    SmallMysql(bool isMariadb, Identity identity)
        : _isMariadb(isMariadb)
        , _identity(std::move(identity))
        , _phase(Phase::commands)
    {
        renew();
    }

    /// What it says first.
    [[nodiscard]] std::string greeting() const;

    /// Answers a packet of its client; empty: it is not answered.
    std::string hear(Bytes packet);

    /// The status that OK has when nothing happens.
    [[nodiscard]] std::uint64_t status() const;

    [[nodiscard]] bool inTransaction() const { return _state.transaction.has_value(); }
    [[nodiscard]] const Identity& identity() const { return _identity; }

    /// A statement was not executed as this COM_STMT_EXECUTE says: its types are kept. keepsParts: of its parameters.
    void abandon(Bytes packet, bool keepsParts);

    static constexpr unsigned WAYS = 3;

private:
    enum class Phase
    {
        login,
        proof,
        commands
    };

    /// All that COM_RESET_CONNECTION ends.
    struct State
    {
        std::map<std::string, std::string> settings;
        std::map<std::string, std::string> variables; ///< of users
        std::set<std::string> tables;                 ///< temporary
        std::set<std::string> locks;
        std::map<std::string, std::string> prepared;         ///< by SQL
        std::optional<std::vector<std::string>> transaction; ///< what was inserted
        bool isReadOnly = false;                             ///< the transaction is
        bool hasLockedTables = false;
        std::uint64_t inserted = 0;
        std::int64_t count = 0; ///< of rows that were changed
        std::uint64_t found = 0;
        std::vector<std::string> messages;
    };

    struct Statement
    {
        std::uint32_t id = 0;
        std::string text;
        std::string meaning;
        std::size_t parameters = 0;
        std::string types;
        std::optional<std::string> parts;
        std::vector<std::string> rows; ///< of a cursor
        bool hasCursor = false;
    };

    /// What a statement answers.
    struct Result
    {
        unsigned error = 0;
        std::vector<std::string> rows; ///< with one column
        bool hasRows = false;
        bool showsMessages = false; ///< the rows are those
        std::uint64_t affected = 0;
        std::uint64_t inserted = 0;
        std::string info;
        std::string warning;
    };

    /// An answer to one command.
    struct Answer
    {
        void say(const std::string& payload);
        void sayRow(const std::string& value);

        std::string said;
        unsigned number = 1;
        std::uint64_t more = 0; ///< besides, in the status
        std::size_t warnings = 0;
        bool isBinary = false;
    };

    void renew();
    void signIn(Bytes payload);
    std::string letIn(unsigned number);
    std::string command(char code, Bytes arguments);
    void query(const std::string& text, Answer& answer);

    // ---- SmallMysqlStatements.cpp

    Result run(const std::string& sql);
    void concludeWith(const Result& result);
    Result select(const std::string& sql, const std::vector<std::string>& words);
    Result change(const std::string& sql, const std::vector<std::string>& words);
    std::optional<Result> transact(const std::string& sql, const std::vector<std::string>& words);
    Result objects(const std::string& sql, const std::vector<std::string>& words);
    Result set(const std::string& text);
    Result assign(const std::string& name, const std::string& value);
    Result use(const std::string& database);
    void setNames(const std::string& value);
    void commit(bool chains);
    void touches();
    void tell(char kind, const std::string& data);
    void tellVariable(const std::string& name, const std::string& value);
    [[nodiscard]] std::string digest() const;

    // ---- SmallMysqlPrepared.cpp

    void prepare(const std::string& text, Answer& answer);
    std::string statementCommand(char code, Bytes arguments);
    [[nodiscard]] Statement* find(Bytes arguments);
    [[nodiscard]] std::string bind(Statement& statement, Bytes arguments);
    void execute(Statement& statement, Bytes arguments, Answer& answer);
    void fetch(Statement& statement, std::uint64_t most, Answer& answer);
    [[nodiscard]] std::string meaning() const;

    // ---- answers

    void say(Answer& answer, const Result& result);
    void sayError(Answer& answer, unsigned code);
    void sayEnd(Answer& answer, std::uint64_t more = 0);
    void sayColumns(Answer& answer, std::uint64_t more = 0);
    std::string ok(const Result& result, const Answer& answer) const;

    bool _isMariadb;
    unsigned _way = 0;
    Identity _identity;
    Phase _phase = Phase::login;
    State _state;
    std::map<std::uint32_t, Statement> _statements;
    std::uint32_t _nextStatement = 1;
    std::uint32_t _last = 0; ///< the statement that was prepared last; 0: that failed
    bool _tracksAll = false;
    bool _tracksState = false;
    bool _usesTable = false; ///< the present statement does
    std::string _changes;    ///< to be reported
    std::string _note;       ///< what a statement is besides what its session is
};

} // namespace proximux
