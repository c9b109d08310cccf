#include <proximux/config/Reference.h>

#include <proximux/config/Settings.h>

#include <algorithm>

namespace proximux::reference
{

namespace
{

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

/// The value shown in the reference file: an example for access lists, which must not be empty.
std::string shown(const Setting& setting)
{
    if (setting.guard)
        return " 192.0.2.0/24, 2001:db8::/32";
    return setting.fallback.empty() ? "" : " " + setting.fallback;
}

/// Escapes for roff, where a plain hyphen is not a minus sign and a leading dot is a request.
std::string roff(const std::string& text)
{
    std::string escaped;
    for (const char c : text)
    {
        if (c == '-' || c == '\\')
            escaped += '\\';
        escaped += c;
    }
    return escaped.compare(0, 1, ".") == 0 ? "\\&" + escaped : escaped;
}

std::string replaced(std::string text, const std::string& what, const std::string& by)
{
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

std::string code(const std::string& text)
{
    return text.empty() ? "" : "`" + text + "`";
}

} // namespace

std::string ini()
{
    std::string out =
        "; Proximux: every setting, with its default. A line that begins with ';' is a comment.\n"
        "; A value is taken as it stands: no quotes. Durations are milliseconds, or have a unit (250ms, 5s, 2m,\n"
        "; 1h); sizes are bytes, or have a unit (64K, 10M).\n";
    std::string section;
    for (const Setting& setting : settings())
    {
        if (setting.section() != section)
        {
            section = setting.section();
            out += "\n[" + section + "]\n";
        }
        const std::string name = replaced(setting.key.substr(section.size() + 1), "N.", "1.");
        out += "\n; " + setting.help + "\n; " + setting.expected + (setting.required ? "; required" : "") +
               (setting.guard ? "; an example, by default there is none:" : "") + "\n;" + name + " =" + shown(setting) +
               "\n";
    }
    return out;
}

std::string markdown()
{
    std::string out =
        "| setting | default | what it is | may be | the original's names | option |\n|---|---|---|---|---|---|\n";
    for (const Setting& setting : settings())
    {
        std::string original = code(setting.environment);
        if (!setting.json.empty())
            original += (original.empty() ? "" : ", ") + code(setting.json);
        out += "| `" + setting.key + "` | " +
               (setting.required || setting.fallback.empty() ? defaultOf(setting) : code(setting.fallback)) + " | " +
               setting.help + " | " + replaced(setting.expected, "|", "\\|") + " | " + original + " | " +
               code(setting.option) + " |\n";
    }
    return out;
}

std::string help()
{
    std::size_t width = 0;
    for (const Setting& setting : settings())
        width = std::max(width, setting.key.size());
    std::string out;
    for (const Setting& setting : settings())
        out += "  " + padded(setting.key, width) + "  " + setting.help + " [" + defaultOf(setting) + "]\n";
    return out;
}

std::string man()
{
    std::string out = ".SH SETTINGS\n";
    for (const Setting& setting : settings())
    {
        out += ".TP\n.B " + roff(setting.key) + "\n" + roff(setting.help) + ". Default: " + roff(defaultOf(setting)) +
               ". May be: " + roff(setting.expected) + ".";
        if (!setting.environment.empty())
            out += " The original's variable: " + roff(setting.environment) + ".";
        out += "\n";
    }
    return out;
}

} // namespace proximux::reference
