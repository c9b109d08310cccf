#include <app/CompletionTable.h>

#include <app/AdminTool.h>
#include <app/CommandLine.h>
#include <app/Tools.h>
#include <proximux/config/Settings.h>
#include <proximux/protocol/Registry.h>

#include <algorithm>

namespace proximux
{

namespace
{

using Table = CompletionTable;

/// The words of "one of a, b, c"; nothing if the text says something else.
std::vector<std::string> choicesIn(const std::string& expected)
{
    static const std::string BEFORE = "one of ";
    std::vector<std::string> choices;
    for (std::size_t at = BEFORE.size(); expected.compare(0, BEFORE.size(), BEFORE) == 0 && at < expected.size();)
    {
        const std::size_t end = std::min(expected.find(", ", at), expected.size());
        choices.push_back(expected.substr(at, end - at));
        at = end + 2;
    }
    return choices;
}

/// What may follow an option.
Table::Argument argumentOf(const Option& option, bool hasChoices)
{
    if (option.argument.empty())
        return Table::Argument::none;
    if (hasChoices)
        return Table::Argument::choice;
    if (option.argument == "FILE" || option.argument == "FOLDER")
        return Table::Argument::file;
    if (option.argument == "SECTION.KEY=VALUE")
        return Table::Argument::setting;
    return option.argument == "[SETTING]" ? Table::Argument::topic : Table::Argument::other;
}

std::vector<std::string> choicesOf(const std::string& option)
{
    for (const Setting& setting : proximux::settings())
        if (setting.option == option)
            return choicesIn(setting.expected);
    return {};
}

/// protocols: the choices of --protocol.
Table::Words words(const Options& options, const std::vector<std::string>& protocols)
{
    Table::Words all;
    for (const Option& option : options)
    {
        const auto choices = option.name == "--protocol" ? protocols : choicesOf(option.name);
        all.push_back({option.name, option.shortName, option.argument, option.help,
                       argumentOf(option, !choices.empty()), choices, option.repeatable});
    }
    return all;
}

} // namespace

CompletionTable CompletionTable::make()
{
    using Tool = ToolOptions::Tool;
    const auto decodable =
        choicesIn("one of " + namesOfProtocols([](const ProtocolInfo& each) { return each.make != nullptr; }));
    CompletionTable table;
    table.commands.push_back({"", words(CommandLine::documentedOptions(), choicesOf("--protocol"))});
    table.commands.push_back({"decode", words(ToolOptions(Tool::decode, {}).options(), decodable)});
    table.commands.push_back({"probe", words(ToolOptions(Tool::probe, {}).options(), decodable)});
    for (const char* tool : {"admin", "status"})
        table.commands.push_back({tool, words(AdminOptions(AdminOptions::Tool::admin, {}).options(), {})});
    table.commands.push_back({"top", words(AdminOptions(AdminOptions::Tool::top, {}).options(), {})});
    for (const Setting& setting : proximux::settings())
    {
        const auto choices = choicesIn(setting.expected);
        table.settings.push_back({setting.isOfTarget() ? numberedKey(setting, 1) : setting.key, "", "", setting.summary,
                                  choices.empty() ? Argument::other : Argument::choice, choices, false});
        if (table.sections.empty() || table.sections.back() != setting.section())
            table.sections.push_back(setting.section());
    }
    return table;
}

} // namespace proximux
