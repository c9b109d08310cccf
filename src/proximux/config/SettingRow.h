#pragma once

#include <proximux/config/SettingKinds.h>
#include <proximux/config/Settings.h>

#include <vector>

namespace proximux
{

/// Helpers for the parts of the table of settings. Only Settings*.cpp include this header.
namespace table
{

/// The original's names for a setting, and its short option.
struct Names
{
    const char* environment = "";
    const char* json = "";
    const char* option = "";
};

/// The texts of a setting.
struct Words
{
    const char* scope;   ///< modes or protocols in which the setting has an effect; empty: all
    const char* summary; ///< one line
    const char* details; ///< two to five sentences, with an example
};

Setting row(const char* key, const char* fallback, kinds::Kind kind, const Words& words, const Names& names = {});

/// Marks a setting whose value is never shown.
Setting secret(Setting setting);

/// Marks a setting that must not be empty if it is given.
Setting guard(Setting setting);

Setting required(Setting setting);

// A type and a member can't stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define FIELD(type, expression)                                                                                        \
    [](Configuration& c, [[maybe_unused]] std::size_t i) -> type& { return c.expression; }
// NOLINTEND(bugprone-macro-parentheses)

constexpr std::int64_t KIB = 1024;
constexpr std::int64_t MIB = KIB * KIB;
constexpr std::int64_t GIB = KIB * MIB;
constexpr Duration MS = Duration::milliseconds(1);
constexpr Duration SECOND = Duration::seconds(1);
constexpr Duration DAY = Duration::seconds(86400);

// ---- the parts, in the order of the table

std::vector<Setting> localSettings();
std::vector<Setting> targetSettings();
std::vector<Setting> exchangeSettings();
std::vector<Setting> timeoutSettings();
std::vector<Setting> bufferSettings();
std::vector<Setting> framingSettings();
std::vector<Setting> protocolSettings();
std::vector<Setting> poolSettings();
std::vector<Setting> logSettings();
std::vector<Setting> otherSettings();

} // namespace table

} // namespace proximux
