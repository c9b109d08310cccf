#pragma once

#include <proximux/protocol/mysql/Description.h>
#include <proximux/protocol/mysql/Pending.h>
#include <proximux/protocol/mysql/Request.h>
#include <proximux/protocol/mysql/Statements.h>
#include <proximux/protocol/watch/Watcher.h>

#include <cstdint>

namespace proximux::mysql
{

/// The state of an observed MySQL connection: negotiated capabilities, pending commands and prepared statements.
/// Receives complete messages and reports requests and responses to the listener. Owned by a SessionWatcher.
///
///     greeting --> login --> commands --> over       over: the server closed down (ERR without a request) or
///          \          \          \                         refused the login; observation ends
///           `----------`----------`--> lost          lost: watchLost() was called
class Session
{
public:
    enum class Phase
    {
        greeting, ///< waiting for the server
        login,    ///< waiting for the client's answer to the greeting
        commands, ///< rest of the login, then commands
        over,
        lost
    };

    Session(WatchListener& listener, const WatchLimits& limits);

    /// Checks the beginning of the server's first message. False if it cannot be a greeting: observation ends before
    /// waiting for a meaningless length.
    bool greetingBegins(Bytes head);

    /// Handles the server's first message, or its beginning.
    void greeting(Bytes head);

    /// Handles the client's answer to the greeting.
    void login(const Request& request, Instant now);

    void command(const Request& request, Instant now);

    /// Handles a message for the first pending command: its first Response::HEAD bytes and its size.
    void response(Bytes head, std::uint64_t size, Instant now);

    /// Handles a message of the server that belongs to no command.
    void unasked(Bytes head);

    /// The connection has ended.
    void ended(Instant now);

    /// Ends observation; the reason is fixed text. Always returns false, so callers can `return lose(...)`.
    bool lose(const char* reason);

    [[nodiscard]] Phase phase() const { return _phase; }
    [[nodiscard]] bool isWatching() const { return _phase != Phase::over && _phase != Phase::lost; }
    [[nodiscard]] bool hasQuit() const { return _quit; }
    [[nodiscard]] bool isAtRest() const;

    [[nodiscard]] PendingList& pending() { return _pending; }
    [[nodiscard]] const PendingList& pending() const { return _pending; }

private:
    void sent(const Command& command, Description description, const Request& request, Instant now);
    void effectOf(const Command& command, const Description& description, Bytes arguments);

    WatchListener& _listener;
    WatchLimits _limits;
    Phase _phase = Phase::greeting;
    bool _loggedIn = false;
    bool _quit = false;
    std::uint64_t _capabilities = 0; ///< the server's; after the login those in force
    PendingList _pending;
    Statements _statements;
};

} // namespace proximux::mysql
