#pragma once

#include <proximux/protocol/MysqlDescription.h>
#include <proximux/protocol/MysqlPending.h>
#include <proximux/protocol/MysqlRequest.h>
#include <proximux/protocol/MysqlStatements.h>
#include <proximux/protocol/Watcher.h>

#include <cstdint>

namespace proximux
{

/// What is known of a watched MySQL connection: what was agreed on, which commands wait, which statements are
/// prepared. Is told of whole messages, tells the listener of requests and responses. Owned by a MysqlWatcher.
///
///     greeting --> login --> commands --> over       over: the server said farewell (ERR that answers nothing), or
///          \          \          \                         refused the login; nothing more is looked at
///           `----------`----------`--> lost          lost: watchLost() was called
class MysqlSession
{
public:
    enum class Phase
    {
        greeting, ///< the server has not spoken
        login,    ///< the client has not answered the greeting
        commands, ///< the login goes on, then commands
        over,
        lost
    };

    MysqlSession(WatchListener& listener, const WatchLimits& limits);

    /// The beginning of the server's first message, as far as it came. False where it can't be a greeting: then the
    /// watch is lost before a length that means nothing is waited for.
    bool greetingBegins(Bytes head);

    /// The server's first message, or its first bytes.
    void greeting(Bytes head);

    /// The client's answer to the greeting.
    void login(const MysqlRequest& request, Instant now);

    void command(const MysqlRequest& request, Instant now);

    /// A message that belongs to the first pending command: its first MysqlResponse::HEAD bytes and its size.
    void response(Bytes head, std::uint64_t size, Instant now);

    /// A message of the server that belongs to no command.
    void unasked(Bytes head);

    /// The connection ended.
    void ended(Instant now);

    /// Gives up; the reason is fixed text. Answers false, for the ease of those who call it.
    bool lose(const char* reason);

    [[nodiscard]] Phase phase() const { return _phase; }
    [[nodiscard]] bool isWatching() const { return _phase != Phase::over && _phase != Phase::lost; }
    [[nodiscard]] bool hasQuit() const { return _quit; }
    [[nodiscard]] bool isAtRest() const;

    [[nodiscard]] MysqlPendingList& pending() { return _pending; }
    [[nodiscard]] const MysqlPendingList& pending() const { return _pending; }

private:
    void sent(const MysqlCommand& command, MysqlDescription description, const MysqlRequest& request, Instant now);
    void effectOf(const MysqlCommand& command, const MysqlDescription& description, Bytes arguments);

    WatchListener& _listener;
    WatchLimits _limits;
    Phase _phase = Phase::greeting;
    bool _loggedIn = false;
    bool _quit = false;
    std::uint64_t _capabilities = 0; ///< the server's, from the login on those that are in force
    MysqlPendingList _pending;
    MysqlStatements _statements;
};

} // namespace proximux
