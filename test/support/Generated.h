#pragma once

#include <app/CommandLine.h>
#include <app/Tools.h>
#include <proximux/config/Reference.h>

#include <SourceDir.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// A committed file that is generated from the table of settings and the lists of options.
struct Generated
{
    std::string path;
    std::string committed; ///< its present content
    std::string text;      ///< its generated content
};

inline std::string readWhole(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

inline std::string manExitCodes()
{
    std::string text;
    for (const auto& [code, meaning] : CommandLine::exitCodes())
        text += ".TP\n.B " + std::to_string(code) + "\n" + reference::roff(meaning) + ".\n";
    return text;
}

/// The man page: its source with each mark replaced by the part that it names.
inline std::string manPage(const std::string& source)
{
    using Tool = ToolOptions::Tool;
    std::string text = readWhole(source);
    const std::vector<std::pair<std::string, std::string>> parts{
        {"@options@\n", CommandLine::manOptionsText()},
        {"@decode-options@\n", manOptions(ToolOptions(Tool::decode, {}).options())},
        {"@probe-options@\n", manOptions(ToolOptions(Tool::probe, {}).options())},
        {"@settings@\n", reference::man()},
        {"@exit-codes@\n", manExitCodes()}};
    for (const auto& [mark, part] : parts)
    {
        const std::size_t at = text.find(mark);
        if (at == std::string::npos)
            throw std::runtime_error(source + " has lost its mark " + mark);
        text.replace(at, mark.size(), part);
    }
    return text;
}

inline std::vector<Generated> generated()
{
    const std::string root = PROXIMUX_SOURCE_DIR;
    std::vector<Generated> all{
        {root + "/etc/proximux.ini", {}, reference::ini()},
        {root + "/docs/settings.md", {}, reference::markdown()},
        {root + "/packaging/man/proximux.1", {}, manPage(root + "/packaging/man/proximux.1.in")}};
    for (Generated& each : all)
        each.committed = readWhole(each.path);
    return all;
}

} // namespace proximux
