#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/Traits.h>

#include <optional>
#include <string>

namespace proximux::postgresql
{

/// A change of a session's settings that can be made again on another connection.
struct SettingChange
{
    enum class Kind
    {
        set,
        reset,
        resetAll
    };

    Kind kind = Kind::set;
    std::string name;  ///< in lower case; resetAll: none
    std::string value; ///< set: as it was written
};

/// The change that this text makes, if it is one statement, SET, RESET or DISCARD ALL, whose values mean the same in
/// every session. Nothing: it is another one, or it may mean something else there. No input makes it throw.
std::optional<SettingChange> settingChangeIn(Bytes sql);

/// The settings behind that change. first: those at its login. Nothing: they cannot be told, or are too many.
std::optional<SessionSettings> changed(const SessionSettings& settings, const SettingChange& change,
                                       const SessionSettings& first);

/// The SQL that brings a session with these settings to the others; empty: nothing is to be said.
std::string alignment(const SessionSettings& from, const SessionSettings& to);

/// A text as a literal.
std::string literal(Bytes text);

/// What a connection says while its settings are changed: one query, all of it or nothing. refused: its outcome is the
/// error of the target.
class SettingsDialog : public LoginDialog
{
public:
    /// sql: what changes them.
    explicit SettingsDialog(Bytes sql);

    [[nodiscard]] std::string opening() const override { return _query; }
    Step hear(Bytes came) override;
    [[nodiscard]] const std::string& outcome() const override { return _outcome; }

private:
    using State = LoginAnswer::State;

    State take(char type, Bytes whole);

    std::string _query;
    std::string _outcome;
};

} // namespace proximux::postgresql
