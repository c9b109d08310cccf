#pragma once

#include <proximux/config/SettingKinds.h>
#include <proximux/config/Settings.h>
#include <proximux/protocol/Registry.h>

#include <algorithm>
#include <string>
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

/// Scopes of settings that apply to some protocols only: to those that name them in ProtocolInfo::settings.
constexpr const char* USERS = "{protocols}";
constexpr const char* SHARED_USERS = "{protocols} in fifo, funnel";

/// The texts of a setting.
struct Words
{
    std::string scope;   ///< modes or protocols in which the setting has an effect; empty: all
    std::string summary; ///< one line
    std::string details; ///< two to five sentences, with an example
};

/// The protocols' defaults of a setting, in this order, as in a text: "2s with modbus, 10s with dns, otherwise 30s".
template <class T, class Order>
std::string defaultsOf(T ProtocolInfo::*field, Order order, const std::string& with, std::string (*write)(T))
{
    const T usual = ProtocolInfo().*field;
    std::vector<T> values;
    for (const ProtocolInfo& each : protocols())
        if (each.make != nullptr && each.*field != usual)
            values.push_back(each.*field);
    std::sort(values.begin(), values.end(), order);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    std::string text;
    for (const T value : values)
        text += write(value) + with +
                namesOfProtocols([field, value](const ProtocolInfo& each)
                                 { return each.make != nullptr && each.*field == value; },
                                 " and ") +
                ", ";
    return text + "otherwise " + write(usual);
}

Setting row(const char* key, const char* fallback, kinds::Kind kind, const Words& words, const Names& names = {});

/// Marks a setting whose value is never shown.
Setting secret(Setting setting);

/// Marks a setting that must not be empty if it is given. example: for the reference file, where it has no default.
Setting guard(Setting setting, const char* example = "");

Setting required(Setting setting);

/// Marks a setting that a reload changes at once, or for new connections.
Setting now(Setting setting);
Setting fresh(Setting setting);

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
std::vector<Setting> localTlsSettings();
std::vector<Setting> targetSettings();
std::vector<Setting> targetTlsSettings();
std::vector<Setting> exchangeSettings();
std::vector<Setting> timeoutSettings();
std::vector<Setting> bufferSettings();
std::vector<Setting> framingSettings();
std::vector<Setting> protocolSettings();
std::vector<Setting> peerSettings();
std::vector<Setting> poolSettings();
std::vector<Setting> checkSettings();
std::vector<Setting> logSettings();
std::vector<Setting> accessSettings();
std::vector<Setting> limitsSettings();
std::vector<Setting> otherSettings();
std::vector<Setting> tlsFileSettings();
std::vector<Setting> authSettings();
std::vector<Setting> adminSettings();
std::vector<Setting> scriptSettings();

} // namespace table

} // namespace proximux
