#include <proximux/config/Reference.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>

namespace proximux::reference
{

namespace
{

constexpr std::size_t WIDTH = 100; ///< of a line of text

/// The beginning of a new configuration. A test takes it into use.
constexpr const char* EXAMPLE =
    "; A working example is the next seven lines without their ';', and your server's name and port:\n"
    "; [local]\n"
    "; port = 3307\n"
    "; [target]\n"
    "; 1.host = db.example\n"
    "; 1.port = 3306\n"
    "; [exchange]\n"
    "; mode = proxy\n";

std::string padded(std::string text, std::size_t width)
{
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

std::string defaultOf(const Setting& setting)
{
    if (setting.required)
        return "required";
    return setting.fallback.empty() ? "none" : setting.fallback;
}

std::string scoped(const Setting& setting)
{
    return setting.scope.empty() ? setting.summary : setting.summary + " (" + setting.scope + ")";
}

/// The value shown in the reference file: the default, or an example for what must not be empty.
std::string shown(const Setting& setting)
{
    const std::string& value = setting.fallback.empty() ? setting.example : setting.fallback;
    return value.empty() ? "" : " " + value;
}

std::string optionOf(const Setting& setting)
{
    return setting.option.empty() ? "--set " + setting.key + "=VALUE" : setting.option;
}

/// The original's names for a setting.
std::vector<std::string> originals(const Setting& setting)
{
    std::vector<std::string> names;
    for (const std::string& name : {setting.environment, setting.json})
        if (!name.empty())
            names.push_back(name);
    return names;
}

std::string joined(const std::vector<std::string>& parts)
{
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ", ") + part;
    return text;
}

std::string code(const std::string& text)
{
    return "`" + text + "`";
}

std::string codes(const Setting& setting)
{
    std::vector<std::string> names = originals(setting);
    std::transform(names.begin(), names.end(), names.begin(), code);
    return joined(names);
}

/// The anchor that GitHub gives a heading.
std::string anchor(const std::string& heading)
{
    std::string name;
    for (const char c : heading)
        if (c != '.')
            name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
}

std::string link(const Setting& setting)
{
    return "[" + code(setting.key) + "](#" + anchor(setting.key) + ")";
}

/// Escapes a text for Markdown.
std::string plain(const std::string& text)
{
    std::string escaped;
    for (const char c : text)
        escaped += c == '\\' || c == '*' ? std::string{'\\', c} : std::string(1, c);
    return escaped;
}

/// Escapes a text about a setting for Markdown, and links the names of other settings.
std::string linked(const std::string& text, const Setting& about)
{
    std::istringstream words(text);
    std::string out;
    for (std::string word; words >> word;)
    {
        const std::size_t end = word.find_last_not_of(".,;:)");
        const std::string name = end == std::string::npos ? "" : word.substr(0, end + 1);
        const Setting* setting = name.find('.') == std::string::npos ? nullptr : settingNamed(name);
        out += out.empty() ? "" : " ";
        if (setting == nullptr)
            out += plain(word);
        else
            out += (setting == &about ? code(name) : link(*setting)) + word.substr(end + 1);
    }
    return out;
}

/// Calls `begin` for each section, and `each` for each of its settings.
template <class Begin, class Each>
void bySection(Begin begin, Each each)
{
    std::string section;
    for (const Setting& setting : settings())
    {
        if (setting.section() != section)
            begin(section = setting.section());
        each(setting);
    }
}

/// When a changed value is in force.
std::string reloadOf(const Setting& setting)
{
    switch (setting.reload)
    {
    case Reload::now:
        return "at once";
    case Reload::fresh:
        return "for new connections";
    case Reload::restart:
        break;
    }
    return "refused: needs a restart";
}

/// The properties of a setting, each with its label.
std::vector<std::pair<std::string, std::string>> facts(const Setting& setting)
{
    std::vector<std::pair<std::string, std::string>> all{{"Default", defaultOf(setting)},
                                                         {"Allowed", setting.expected}};
    if (!setting.scope.empty())
        all.emplace_back("Applies to", setting.scope);
    all.emplace_back("Reload", reloadOf(setting));
    all.emplace_back("Environment", setting.ownEnvironment());
    all.emplace_back("Option", optionOf(setting));
    if (const auto names = originals(setting); !names.empty())
        all.emplace_back("Original", joined(names));
    return all;
}

} // namespace

std::string roff(const std::string& text)
{
    std::string escaped;
    for (const char c : text)
    {
        if (c == '\\')
            escaped += "\\e";
        else
            escaped += c == '-' ? "\\-" : std::string(1, c);
    }
    const bool isRequest = !escaped.empty() && (escaped.front() == '.' || escaped.front() == '\'');
    return isRequest ? "\\&" + escaped : escaped;
}

std::string wrapped(const std::string& text, std::size_t width, const std::string& indent)
{
    std::istringstream words(text);
    std::string out;
    std::string line;
    for (std::string word; words >> word;)
    {
        if (!line.empty() && indent.size() + line.size() + 1 + word.size() > width)
            out += indent + std::exchange(line, {}) + "\n";
        line += (line.empty() ? "" : " ") + word;
    }
    return line.empty() ? out : out + indent + line + "\n";
}

std::vector<std::string> sentences(const std::string& text)
{
    std::vector<std::string> all;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at)
    {
        const bool ends = text[at] == '.' || text[at] == '!' || text[at] == '?';
        if (!ends || (at + 1 < text.size() && text[at + 1] != ' '))
            continue;
        all.push_back(text.substr(begin, at + 1 - begin));
        begin = std::min(text.find_first_not_of(' ', at + 1), text.size());
    }
    if (begin < text.size())
        all.push_back(text.substr(begin));
    return all;
}

std::string ini()
{
    std::string out =
        "; Proximux: every setting, with its default. A line that begins with ';' is a comment.\n"
        "; A value is taken literally, without quotes. Durations are milliseconds, or have a unit (250ms, 5s,\n"
        "; 2m, 1h); sizes are bytes, or have a unit (64K, 10M). More about each: proximux --help SETTING.\n"
        ";\n" +
        std::string(EXAMPLE);
    bySection([&out](const std::string& section) { out += "\n[" + section + "]\n"; },
              [&out](const Setting& setting)
              {
                  std::string name = setting.key.substr(setting.key.find('.') + 1);
                  if (setting.isOfTarget())
                      name.replace(0, 1, "1");
                  out += "\n" + wrapped(scoped(setting), WIDTH, "; ") + "; " + setting.expected +
                         (setting.required ? "; required" : "") +
                         (!setting.example.empty() ? "; an example, by default there is none:" : "") + "\n;" + name +
                         " =" + shown(setting) + "\n";
              });
    return out;
}

std::string markdown()
{
    std::string index;
    std::string details;
    bySection(
        [&](const std::string& section)
        {
            index += "\n**[" + section + "](#" + section + ")**\n\n| setting | default | summary |\n|---|---|---|\n";
            details += "\n## " + section + "\n";
        },
        [&](const Setting& setting)
        {
            const bool isValue = !setting.required && !setting.fallback.empty();
            index += "| " + link(setting) + " | " + (isValue ? code(setting.fallback) : defaultOf(setting)) + " | " +
                     scoped(setting) + " |\n";
            details += "\n### " + code(setting.key) + "\n\n" + linked(setting.summary, setting) + ".\n\n" +
                       linked(setting.details, setting) + "\n\n";
            for (const auto& [name, value] : facts(setting))
            {
                const bool isCode = name == "Environment" || name == "Option" || (name == "Default" && isValue);
                const bool isList = name == "Original";
                details += "- " + name + ": " + (isCode ? code(value) : isList ? codes(setting) : plain(value)) + "\n";
            }
        });
    return "# Settings\n\n"
           "Every setting of Proximux. `proximux --help SETTING` shows the same for one of them.\n\n"
           "A setting is given in an INI file, a JSON file, the environment or on the command line, and the later of\n"
           "these wins. Durations are milliseconds, or have a unit (`250ms`, `5s`, `2m`, `1h`); sizes are bytes, or\n"
           "have a unit (`64K`, `10M`, `1G`). *Original* names the setting in the Node package `@tsxper/proximux`.\n"
           "*Reload* says when a changed value is in force after a reload (SIGHUP).\n\n"
           "This page is generated from the table of settings in `src/proximux/config`: change it there, and run\n"
           "`scripts/generate`.\n" +
           index + details;
}

std::string help(const std::string& section)
{
    std::size_t width = 0;
    for (const Setting& setting : settings())
        width = std::max(width, setting.key.size());
    std::string out;
    for (const Setting& setting : settings())
        if (section.empty() || section == setting.section())
            out += "  " + padded(setting.key, width) + "  " + scoped(setting) + " [" + defaultOf(setting) + "]\n";
    return out;
}

std::string describe(const Setting& setting)
{
    constexpr std::size_t NAMES = 13;
    constexpr std::size_t NARROW = 80;
    std::string out = setting.key + "\n" + wrapped(setting.summary + ".", NARROW, "  ") + "\n";
    for (const auto& [name, value] : facts(setting))
        out.append("  ").append(padded(name + ":", NAMES)).append(value).append("\n");
    return out + "\n" + wrapped(setting.details, NARROW, "  ");
}

std::string man()
{
    std::string out;
    bySection([&out](const std::string& section) { out += ".SS " + section + "\n"; },
              [&out](const Setting& setting)
              {
                  out += ".TP\n.B " + roff(setting.key) + "\n" + roff(setting.summary) + ".\n";
                  for (const std::string& sentence : sentences(setting.details))
                      out += roff(sentence) + "\n";
                  out += ".IP\n";
                  for (const auto& [name, value] : facts(setting))
                      out.append(roff(name)).append(": ").append(roff(value)).append(".\n");
              });
    return out;
}

} // namespace proximux::reference
