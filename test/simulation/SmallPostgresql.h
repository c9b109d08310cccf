#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace proximux
{

/// One session at a server of PostgreSQL, as far as an oracle needs it: transactions with savepoints, settings,
/// temporary tables, channels, prepared statements. What `select N` answers tells all of the session that a statement
/// can see.
class SmallPostgresql
{
public:
    /// user: whose session it is.
    explicit SmallPostgresql(std::string user)
        : _user(std::move(user))
    {
    }

    /// Answers a message of its client, which begins with its type: all that is said at once, or with the next Sync.
    std::string hear(Bytes message);

    /// It fails as it would with a statement that is wrong. Returns the error.
    std::string fail(const std::string& code);

    /// The status of its transaction: I, T or E.
    [[nodiscard]] char status() const { return _status; }

    static std::string error(const std::string& code, const std::string& text, const char* severity = "ERROR");
    static std::string notice(const std::string& text);
    static std::string ready(char status);

private:
    /// What a transaction that fails brings back.
    struct State
    {
        std::map<std::string, std::string> settings;
        std::map<std::string, std::string> passing; ///< SET LOCAL
        std::set<std::string> tables;
        std::set<std::string> channels;
    };

    std::string simple(const std::string& text);
    std::string extended(char type, Bytes body);
    std::string parse(Bytes body);
    std::string sync();
    std::string run(const std::string& sql, bool describes);
    std::string change(const std::vector<std::string>& words, const std::string& sql);
    std::string transact(const std::vector<std::string>& words);
    std::string rows(const std::vector<std::string>& values, bool describes) const;
    [[nodiscard]] std::string digest() const;
    void endOfTransaction(bool keeps);

    std::string _user;
    State _state;
    std::optional<State> _before; ///< the transaction; nothing: there is none
    std::vector<std::pair<std::string, State>> _savepoints;
    std::map<std::string, std::string> _statements; ///< by name
    std::map<std::string, std::string> _portals;
    char _status = 'I';
    bool _skips = false; ///< up to Sync
};

} // namespace proximux
