#pragma once

#include <proximux/Configuration.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// When a changed value is in force after a reload.
enum class Reload
{
    restart, ///< never: it is a mistake of the reload, which needs a restart instead
    fresh,   ///< for new connections
    now
};

/// One setting. Everything that is said about it anywhere is derived from its row in the table.
struct Setting
{
    std::string key;         ///< section.snake_case; of a target's settings "target.N.host", N standing for its number
    std::string fallback;    ///< default, as it would be written; empty: none
    std::string expected;    ///< what may be written
    std::string environment; ///< the original's variable; empty: none
    std::string json;        ///< the original's name in its configuration object; empty: none
    std::string option;      ///< a short option of the command line; empty: none
    std::string scope;       ///< modes or protocols in which it has an effect; empty: all
    std::string summary;     ///< one line: a noun or a verb, with its unit; what happens at the limit
    std::string details;     ///< two to five sentences, with an example
    std::string example;     ///< of a guard without a default
    bool required = false;
    bool secret = false; ///< its value is never shown
    bool guard = false;  ///< where it is given without a value, that is a mistake: nobody would be kept out
    Reload reload = Reload::restart;

    /// Checks the text and stores the value. Returns what is wrong, or nothing. `index` is the target's, else 0.
    std::function<std::string(const std::string& text, Configuration& configuration, std::size_t index)> store;

    /// Whether two configurations have the same value, the first for the target `a`, the second for `b`, else 0.
    std::function<bool(const Configuration&, const Configuration&, std::size_t a, std::size_t b)> same;

    /// "PROXIMUX_LOCAL_PORT".
    [[nodiscard]] std::string ownEnvironment() const;

    /// The part before the first dot.
    [[nodiscard]] std::string section() const { return key.substr(0, key.find('.')); }

    /// Whether it concerns the whole process, whatever services that has.
    [[nodiscard]] bool isOfProcess() const;

    [[nodiscard]] bool isOfTarget() const { return key.compare(0, 9, "target.N.") == 0; }
};

/// The one table, in the order in which it is documented.
const std::vector<Setting>& settings();

/// The row for a key such as "local.port" or "target.2.host"; `number` is set to the target's number, else to 0. Null
/// where there is none.
const Setting* findSetting(std::string_view key, std::size_t& number);

/// Whether this mistake or notice, which begins with a key, is of a setting of the process (Setting::isOfProcess()),
/// and so the same for each service.
bool isAboutProcess(std::string_view text);

/// The key of a target's setting with its number in place of the N.
std::string numberedKey(const Setting& setting, std::size_t number);

/// The row that one of a setting's names stands for: its key, its variable in the environment, or one of the original's
/// names, each with any number or with the N. Null where there is none.
const Setting* settingNamed(std::string_view name);

/// What is said of a key, a section or an original's name that is not known: the nearest known setting is named where
/// there is one that resembles it.
std::string unknownText(std::string_view key);

/// Whether there is a section of this name.
bool isSection(std::string_view name);

/// The key of a name in the environment, which begins with PROXIMUX_; empty: no setting resembles it. An unknown key
/// whose section is known or is one slip away from a known one is a mistake. Nothing for what container platforms add
/// (PROXIMUX_SERVICE_HOST, PROXIMUX_PORT_3307_TCP).
std::optional<std::string> environmentKey(std::string_view name);

} // namespace proximux
