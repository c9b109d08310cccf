#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/Traits.h>

#include <optional>
#include <string>
#include <vector>

namespace proximux::mysql
{

/// Names of what a session has beside variables of the server, which are named as they are.
namespace setting
{
constexpr const char* COLLATION = "#collation"; ///< the number of a login
constexpr const char* DATABASE = "#database";
constexpr const char* INSERTED = "#inserted";   ///< what LAST_INSERT_ID() says; where it is not set it may be anything
constexpr const char* ISOLATION = "#isolation"; ///< of transactions, as SET SESSION TRANSACTION names it
constexpr const char* NAMES = "#names";         ///< as SET NAMES names it
constexpr const char* RESULTS = "character_set_results";
} // namespace setting

/// The changes of settings that this text makes, if it is one statement, SET or USE, and all of them can be made again
/// on another connection. Nothing: it is another one, or leaves more behind. No input makes it throw.
std::optional<SessionSettings> settingsIn(Bytes sql);

/// The settings behind such changes; nothing: they are too many.
std::optional<SessionSettings> changed(SessionSettings settings, const SessionSettings& changes);

/// The commands, without headers, that bring a session with these settings to the others; nothing: only a new login
/// does.
std::optional<std::vector<std::string>> alignment(const SessionSettings& from, const SessionSettings& to);

/// The commands that bring a session as it is behind a login, which has collation and database, to these settings.
std::vector<std::string> settingCommands(const SessionSettings& settings);

} // namespace proximux::mysql
