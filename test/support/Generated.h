#pragma once

#include <app/AdminTool.h>
#include <app/CommandLine.h>
#include <app/Completions.h>
#include <app/Tools.h>
#include <proximux/config/Reference.h>
#include <proximux/protocol/Registry.h>
#include <proximux/telemetry/Metrics.h>

#include <SourceDir.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// A committed file that is generated from the tables of settings and of metrics, the lists of options and the folders
/// of protocols.
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

/// A source with each mark replaced by the part that it names.
inline std::string filled(const std::string& source, const std::vector<std::pair<std::string, std::string>>& parts)
{
    std::string text = readWhole(source);
    for (const auto& [mark, part] : parts)
    {
        const std::size_t at = text.find(mark);
        if (at == std::string::npos)
            throw std::runtime_error(source + " has lost its mark " + mark);
        text.replace(at, mark.size(), part);
    }
    return text;
}

/// The man page of the program.
inline std::string manPage(const std::string& source)
{
    using Tool = ToolOptions::Tool;
    const std::vector<std::pair<std::string, std::string>> parts{
        {"@options@\n", CommandLine::manOptionsText()},
        {"@decode-options@\n", manOptions(ToolOptions(Tool::decode, {}).options())},
        {"@probe-options@\n", manOptions(ToolOptions(Tool::probe, {}).options())},
        {"@admin-options@\n", manOptions(AdminOptions(AdminOptions::Tool::admin, {}).options())},
        {"@top-options@\n", manOptions(AdminOptions(AdminOptions::Tool::top, {}).options())},
        {"@exit-codes@\n", manExitCodes()}};
    return filled(source, parts);
}

/// Replaces what is between the mark of this name and the next end.
inline std::string betweenMarks(std::string text, const std::string& name, const std::string& content)
{
    const std::string begin = "<!-- scripts/generate: " + name + " -->\n";
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find("<!-- end -->\n", from);
    if (from == std::string::npos || to == std::string::npos)
        throw std::runtime_error("docs/protocols.md has lost its marks");
    const std::size_t at = from + begin.size();
    return text.replace(at, to - at, content.empty() ? "" : "\n" + content + "\n");
}

inline std::string commandTable(const ProtocolInfo& protocol)
{
    if (protocol.commands == nullptr)
        return {};
    std::string text = "### " + std::string(protocol.name) + "\n\n| command | on a shared connection |\n|---|---|\n";
    for (const CommandNote& each : protocol.commands())
        text.append("| ").append(each.name).append(" | ").append(each.meaning).append(" |\n");
    return text;
}

/// The document of protocols: what is between its marks comes from the folders of protocols, from NAME/NAME.md, and
/// from ProtocolInfo::commands.
inline std::string protocolsPage(const std::string& root)
{
    std::string sections, tables;
    for (const ProtocolInfo& each : protocols())
    {
        const std::string name(each.name);
        sections += readWhole(root + "/src/proximux/protocol/" + name + "/" + name + ".md");
        tables += commandTable(each);
    }
    const std::string text = readWhole(root + "/docs/protocols.md");
    return betweenMarks(betweenMarks(text, "the folders' own sections", sections), "the commands of protocols", tables);
}

inline std::vector<Generated> generated()
{
    const std::string root = PROXIMUX_SOURCE_DIR;
    const std::string shells = root + "/packaging/completions/";
    const std::string pages = root + "/packaging/man/";
    std::vector<Generated> all{
        {root + "/etc/proximux.ini", {}, reference::ini()},
        {root + "/docs/settings.md", {}, reference::markdown()},
        {root + "/docs/metrics.md", {}, metricsMarkdown()},
        {root + "/docs/protocols.md", {}, protocolsPage(root)},
        {pages + "proximux.1", {}, manPage(pages + "proximux.1.in")},
        {pages + "proximux.ini.5", {}, filled(pages + "proximux.ini.5.in", {{"@settings@\n", reference::man()}})},
        {shells + "proximux.bash", {}, filled(shells + "proximux.bash.in", completions::bash())},
        {shells + "_proximux", {}, filled(shells + "_proximux.in", completions::zsh())},
        {shells + "proximux.fish", {}, filled(shells + "proximux.fish.in", completions::fish())}};
    for (Generated& each : all)
        each.committed = readWhole(each.path);
    return all;
}

} // namespace proximux
