#include <app/Completions.h>

#include <app/CompletionTable.h>

#include <Poco/String.h>

#include <functional>

namespace proximux::completions
{

namespace
{

using Table = CompletionTable;
using Argument = Table::Argument;
using Strings = std::vector<std::string>;

std::string joined(const Strings& words, const std::string& between = " ")
{
    std::string text;
    for (const std::string& word : words)
        text.append(text.empty() ? "" : between).append(word);
    return text;
}

Strings namesOf(const Table::Words& words)
{
    Strings names;
    for (const Table::Word& word : words)
        names.push_back(word.name);
    return names;
}

/// Each of the characters behind a backslash.
std::string escaped(std::string text, const Strings& special)
{
    for (const std::string& character : special)
        text = Poco::replace(text, character, std::string("\\").append(character));
    return text;
}

/// In single quotes, as bash and zsh read them.
std::string quoted(const std::string& text)
{
    return "'" + Poco::replace(text, std::string("'"), std::string("'\\''")) + "'";
}

std::string kindOf(Argument argument)
{
    static const char* const NAMES[] = {"none", "file", "choice", "setting", "topic", "other"};
    return NAMES[static_cast<int>(argument)];
}

/// Settings and sections.
std::string topics(const Table& table)
{
    return joined(namesOf(table.settings)) + " " + joined(table.sections);
}

/// Branches of case: the choices of each setting that has some. Bash and zsh read them alike.
std::string choiceBranches(const Table& table)
{
    std::string text;
    for (const Table::Word& setting : table.settings)
        if (!setting.choices.empty())
            text += "    " + setting.name + ") words=" + quoted(joined(setting.choices)) + " ;;\n";
    return text;
}

/// A branch of case: what follows an option of a command, as COMMAND,OPTION.
std::string bashOption(const std::string& command, const Table::Word& option)
{
    const std::string shortName = option.shortName.empty() ? "" : command + "," + option.shortName + " | ";
    const std::string words = option.choices.empty() ? "" : " words=" + quoted(joined(option.choices));
    return "    " + shortName + command + "," + option.name + ") kind=" + kindOf(option.argument) + words + " ;;\n";
}

std::string bashOptions(const Table& table)
{
    std::string text;
    for (const Table::Command& command : table.commands)
        for (const Table::Word& option : command.options)
            if (option.argument != Argument::none)
                text += bashOption(command.name, option);
    return text;
}

/// Branches of case: the words that may follow a command.
std::string bashWords(const Table& table)
{
    std::string text;
    for (const Table::Command& command : table.commands)
    {
        Strings names = namesOf(command.options);
        for (const Table::Command& tool : table.commands)
            if (command.name.empty() && !tool.name.empty())
                names.push_back(tool.name);
        text += "    " + (command.name.empty() ? "''" : command.name) + ") words=" + quoted(joined(names)) + " ;;\n";
    }
    return text;
}

std::string zshText(const std::string& text)
{
    return escaped(text, {"\\", "[", "]", ":"});
}

std::string zshAction(const Table::Word& option)
{
    const bool mayBeMissing = option.shape.compare(0, 1, "[") == 0 && option.shape.back() == ']';
    const std::string before = (mayBeMissing ? "::" : ":") + zshText(option.shape) + ":";
    switch (option.argument)
    {
    case Argument::none:
        return {};
    case Argument::file:
        return before + "_files";
    case Argument::choice:
        return before + "(" + joined(option.choices) + ")";
    case Argument::setting:
        return before + "_proximux_setting";
    case Argument::topic:
        return before + "_proximux_topic";
    case Argument::other:
        break;
    }
    return before + " ";
}

/// A specification of _arguments for each name of an option, one on each line.
std::string zshOption(const Table::Word& option)
{
    const bool takes = option.argument != Argument::none;
    const std::string both = option.shortName + (option.shortName.empty() ? "" : " ") + option.name;
    const std::string before = option.repeatable ? "*" : "(" + both + ")";
    const std::string after = "[" + zshText(option.help) + "]" + zshAction(option);
    std::string line = "        " + quoted(before + option.name + (takes ? "=" : "") + after) + "\n";
    if (option.shortName.empty())
        return line;
    return "        " + quoted(before + option.shortName + (takes ? "+" : "") + after) + "\n" + line;
}

std::string zshOptions(const Table::Command& command)
{
    std::string text;
    for (const Table::Word& option : command.options)
        text += zshOption(option);
    return text;
}

/// NAME:HELP in quotes, one on each line.
std::string zshSettings(const Table& table)
{
    std::string text;
    for (const Table::Word& setting : table.settings)
        text += "        " + quoted(setting.name + ":" + setting.help) + "\n";
    return text;
}

std::string fishQuoted(const std::string& text)
{
    return "'" + escaped(text, {"\\", "'"}) + "'";
}

std::string fishAction(const Table::Word& option)
{
    switch (option.argument)
    {
    case Argument::none:
        return {};
    case Argument::file:
        return " -r -F";
    case Argument::choice:
        return " -x -a " + fishQuoted(joined(option.choices));
    case Argument::setting:
        return " -x -a '(__proximux_setting)'";
    case Argument::topic:
        return " -x -a '(__proximux_topics)'"; // which may be missing
    case Argument::other:
        break;
    }
    return " -x";
}

/// Calls of complete, one for each option of each command.
std::string fishOptions(const Table& table)
{
    std::string text;
    for (const Table::Command& command : table.commands)
        for (const Table::Word& option : command.options)
        {
            text += "complete -c proximux -n '__proximux_in " + (command.name.empty() ? "program" : command.name) + "'";
            if (!option.shortName.empty())
                text += " -s " + option.shortName.substr(1);
            text += " -l " + option.name.substr(2) + fishAction(option) + " -d " + fishQuoted(option.help) + "\n";
        }
    return text;
}

/// NAME, a tab and HELP in quotes, one on each line.
std::string fishSettings(const Table& table)
{
    std::string text;
    for (const Table::Word& setting : table.settings)
        text += "        " + fishQuoted(setting.name) + "\\t" + fishQuoted(setting.help) + " \\\n";
    return text.substr(0, text.size() - 3) + "\n"; // the last line does not go on
}

std::string fishChoices(const Table& table)
{
    std::string text;
    for (const Table::Word& setting : table.settings)
        if (!setting.choices.empty())
            text += "        case " + setting.name + "\n            printf '%s\\n' " + joined(setting.choices) + "\n";
    return text;
}

} // namespace

Parts bash()
{
    const Table table = Table::make();
    return {{"@options@\n", bashOptions(table)},
            {"@words@\n", bashWords(table)},
            {"@choices@\n", choiceBranches(table)},
            {"@settings@", joined(namesOf(table.settings), "= ") + "="},
            {"@topics@", topics(table)}};
}

Parts zsh()
{
    const Table table = Table::make();
    Parts parts{
        {"@settings@\n", zshSettings(table)}, {"@choices@\n", choiceBranches(table)}, {"@topics@", topics(table)}};
    for (const Table::Command& command : table.commands)
        parts.emplace_back("@" + (command.name.empty() ? "program" : command.name) + "@\n", zshOptions(command));
    return parts;
}

Parts fish()
{
    const Table table = Table::make();
    return {{"@options@\n", fishOptions(table)},
            {"@settings@\n", fishSettings(table)},
            {"@choices@\n", fishChoices(table)},
            {"@topics@", topics(table)}};
}

} // namespace proximux::completions
