#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/postgresql/Flushed.h>

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace proximux::postgresql
{

/// The text of a prepared statement and the types of its parameters: the body of a Parse message behind the name.
struct Prepared
{
    explicit Prepared(Bytes parsed)
        : body(parsed)
        , hash(hashOf(parsed))
    {
    }

    static std::size_t hashOf(Bytes body) { return std::hash<Bytes>()(body); }

    std::string body;
    std::size_t hash;
};

/// For whom a statement is prepared.
struct Whose
{
    std::shared_ptr<const Login> login; ///< in whose settings
    std::uint64_t owner = 0;            ///< the client whose session has something of its own; 0: everybody
};

/// A statement that a client has prepared by a name of its own.
struct ClientStatement
{
    std::shared_ptr<const Prepared> what;
    std::shared_ptr<const Login> login; ///< in whose settings
    bool exists = false;                ///< the target has agreed
    std::uint64_t endsIn = 0;           ///< the last one that was to end it
};

/// The statements that are prepared on one connection, under names of ours, and what is to come of the messages that
/// prepare or close some. A statement is the same where text, types and settings of the session are: so it serves each
/// client that has prepared it, but for those whose session has something of its own, such as a temporary table. Those
/// that were used last are kept.
///
///     a client's Parse          Parse under our name, or, where the connection has the statement, Close of a name that
///                               nobody has: its answer becomes that of the Parse
///     Bind, Describe            the name is ours; where the connection has not got the statement, a Parse of ours is
///                               in front, whose answer is taken out
///     a client's Close          Close of a name that nobody has
///
/// So errors, transactions and Sync stay the target's.
class LaneStatements : public ConnectionMemory
{
public:
    static constexpr Bytes NOBODYS = "proximux/none"; ///< the name that nobody has

    // ---- while a request is written

    /// Messages of ours that are due go first. most: statements that are kept.
    void begin(std::size_t most, std::string& text);

    /// The client says a message of this type.
    void asks(char type)
    {
        if (!_hasFailed)
            _flushed.asks(type);
    }

    /// Whether the target refuses to prepare anything: a transaction has failed.
    [[nodiscard]] bool isInFailed() const { return _isInFailed; }

    /// The name of this statement on the connection, or what it will be behind what was written; empty: it is not
    /// there.
    Bytes find(const std::shared_ptr<const Prepared>& what, const Whose& whose);

    /// Whether this client's Parse of this text would prepare one that is there: what belongs to everybody is none of a
    /// client's own.
    bool has(Bytes body, const Whose& whose) { return look(nullptr, body, Prepared::hashOf(body), whose, true); }

    /// What it was found as last.
    [[nodiscard]] const std::shared_ptr<const Prepared>& found() const { return _found->what; }

    /// Prepares a statement that is not there, for the client's Parse, or for us; returns its name.
    Bytes prepare(const std::shared_ptr<const Prepared>& what, const Whose& whose,
                  const std::shared_ptr<ClientStatement>& client, std::string& text);

    /// The client's Parse of this name passes: it is the one without a name, or has to fail.
    void parse(Bytes name, Bytes body, const std::shared_ptr<ClientStatement>& client, std::string& text);

    /// The client's Parse of a statement that is there.
    void parseAgain(const std::shared_ptr<ClientStatement>& client, std::string& text);

    /// The client's Close of this name, or, with a statement of its own, of that.
    void close(Bytes body, const std::shared_ptr<ClientStatement>& client, std::string& text);

    /// A query of ours, in place of the client's, which gets what it answers and is not told of the rest.
    void query(Bytes sql, std::string& text);

    /// A statement of the client's ends all prepared statements. done: becomes true where it did.
    /// Until that is known, nobody finds them.
    void discard(const std::shared_ptr<bool>& done)
    {
        _discarded = done;
        _visibleFrom = _number + 1;
    }

    /// The one that was found or prepared last is deallocated by its name: nobody finds it any more.
    void deallocate();

    /// The target is made to refuse everything up to the next Sync, for which the client gets this error.
    void refuse(std::string error, std::string& text);

    // ---- while its response is read

    enum class Answer
    {
        passes,
        swallowed,
        parsed, ///< the client gets ParseComplete
        unasked ///< nothing of this kind was asked
    };

    /// What is to be done of ParseComplete, BindComplete or CloseComplete.
    [[nodiscard]] Answer answerTo(char type) const;

    /// It came.
    void answered(char type);

    /// Whether statements were used since the last ReadyForQuery.
    [[nodiscard]] bool isUsed() const { return !_used.empty(); }

    /// Whether forgetAll() would change anything.
    [[nodiscard]] bool mayForget() const { return !_statements.empty() || _discarded != nullptr; }

    /// Whether it was made to refuse something since then.
    [[nodiscard]] bool refuses() const { return !_refusal.empty(); }

    /// What the client gets for this error; empty: that.
    [[nodiscard]] Bytes refusalFor(Bytes error) const;

    /// The target has said a message of this type that answers the client.
    void says(char type) { _flushed.answers(type); }

    /// Whether it has not answered what it was asked to answer before the end of a batch.
    [[nodiscard]] bool owes() const { return _flushed.isDue(); }

    /// An error came: nothing is answered up to Sync.
    void fail()
    {
        _hasFailed = true;
        _flushed.end();
    }

    /// ReadyForQuery came: what was not answered was not done. failed: in a transaction that has failed.
    void ready(bool failed);

    /// All of them are gone: DISCARD ALL, DEALLOCATE ALL.
    void forgetAll();

    /// A plan of one that was used is not valid any more, and will not be.
    void outdated();

private:
    struct Statement
    {
        std::shared_ptr<const Prepared> what;
        Whose whose;
        std::string name;
        std::uint64_t number = 0;
        bool isThere = false;   ///< the target has agreed
        bool isGone = false;    ///< nobody finds it any more
        bool isLeaving = false; ///< likewise, if the target agrees
        bool isUsed = false;    ///< since the last ReadyForQuery
    };

    using Place = std::list<Statement>::iterator;

    /// What is to come of a Parse or Close.
    struct Mark
    {
        char type = 0;                           ///< of the answer
        Answer answer = Answer::passes;          ///< what the client gets
        bool changes = false;                    ///< `place` is there then, or gone
        Place place{};                           ///< of this statement
        std::shared_ptr<ClientStatement> client; ///< likewise, of the client's own
    };

    bool look(const std::shared_ptr<const Prepared>& what, Bytes body, std::size_t hash, const Whose& whose,
              bool exactly);
    void mark(Mark mark);
    void use(Place place);
    void makeRoom(std::string& text);
    void drop(Place place);

    std::list<Statement> _statements; ///< those used last first
    std::unordered_multimap<std::size_t, Place> _byHash;
    Place _found{};
    std::vector<Place> _used;   ///< since the last ReadyForQuery
    std::vector<Place> _unsure; ///< likewise, those that came or went
    std::vector<Mark> _marks;
    std::size_t _next = 0; ///< the first that is not answered
    std::vector<std::string> _toClose;
    std::shared_ptr<bool> _discarded; ///< becomes true with forgetAll()
    std::string _refusal;             ///< the error that the client gets where the target refuses
    bool _isInFailed = false;
    Flushed _flushed;
    bool _hasFailed = false; ///< an error came since the last ReadyForQuery
    std::size_t _most = 0;
    std::uint64_t _number = 0;      ///< of the statement that was prepared last
    std::uint64_t _visibleFrom = 0; ///< those with lower numbers are not found in the present request
};

} // namespace proximux::postgresql
