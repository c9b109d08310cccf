#pragma once

#include <string>
#include <vector>

namespace proximux
{

/// What a shell can complete, as plain words.
struct CompletionTable
{
    /// What an option takes.
    enum class Argument
    {
        none,
        file,
        choice,  ///< one of Word::choices
        setting, ///< SECTION.KEY=VALUE
        topic,   ///< a setting or a section; may be missing
        other    ///< cannot be completed
    };

    /// An option or a setting.
    struct Word
    {
        std::string name;
        std::string shortName; ///< or empty
        std::string shape;     ///< the name of its argument, as in the help
        std::string help;      ///< one line
        Argument argument = Argument::none;
        std::vector<std::string> choices;
        bool repeatable = false;
    };
    using Words = std::vector<Word>;

    /// A tool, or the program itself, whose name is empty.
    struct Command
    {
        std::string name;
        Words options;
    };

    std::vector<Command> commands; ///< the program is the first
    Words settings;                ///< of a target those of the first
    std::vector<std::string> sections;

    /// Made from the lists of options and the table of settings.
    static CompletionTable make();
};

} // namespace proximux
