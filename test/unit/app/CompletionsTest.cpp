#include "support/Test.h"

#include <app/CommandLine.h>
#include <app/CompletionTable.h>
#include <app/Completions.h>
#include <proximux/config/Settings.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace proximux;

class CompletionsTest : public CppUnit::TestCase
{
protected:
    using Argument = CompletionTable::Argument;

    /// All parts of a shell's file.
    static std::string text(const completions::Parts& parts)
    {
        std::string all;
        for (const auto& part : parts)
            all += part.second;
        return all;
    }

    static const CompletionTable::Word& named(const CompletionTable::Words& words, const std::string& name)
    {
        const auto found =
            std::find_if(words.begin(), words.end(), [&name](const auto& word) { return word.name == name; });
        CPPUNIT_ASSERT_MESSAGE(name, found != words.end());
        return *found;
    }
};

TEST(CompletionsTest, knowWhatAnOptionTakes)
{
    const CompletionTable table = CompletionTable::make();
    const CompletionTable::Words& options = table.commands.front().options;
    const std::pair<const char*, Argument> expected[] = {
        {"--config", Argument::file}, {"--set", Argument::setting},     {"--help", Argument::topic},
        {"--demo", Argument::none},   {"--protocol", Argument::choice}, {"--listen", Argument::other}};
    for (const auto& [name, argument] : expected)
        CPPUNIT_ASSERT_MESSAGE(name, named(options, name).argument == argument);
    CPPUNIT_ASSERT((std::vector<std::string>{"auto", "proxy", "fifo", "funnel"} == named(options, "--mode").choices));
    CPPUNIT_ASSERT((std::vector<std::string>{"auto", "json", "text"} == named(table.settings, "log.format").choices));
    CPPUNIT_ASSERT(named(table.settings, "local.port").choices.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t(6), table.commands.size());
    for (const auto& choice : named(table.commands[1].options, "--protocol").choices)
        CPPUNIT_ASSERT_MESSAGE(choice, choice != "auto"); // which decode does not know
}

TEST(CompletionsTest, nameEachOptionAndSettingInEachShell)
{
    const CompletionTable table = CompletionTable::make();
    CPPUNIT_ASSERT_EQUAL(settings().size(), table.settings.size());
    for (const std::string& shell : {text(completions::bash()), text(completions::zsh()), text(completions::fish())})
    {
        for (const CompletionTable::Word& setting : table.settings)
            CPPUNIT_ASSERT_MESSAGE(setting.name, shell.find(setting.name) != std::string::npos);
        for (const Option& option : CommandLine::documentedOptions())
            CPPUNIT_ASSERT_MESSAGE(option.name, shell.find(option.name.substr(2)) != std::string::npos);
        for (const std::string& section : table.sections)
            CPPUNIT_ASSERT_MESSAGE(section, shell.find(" " + section) != std::string::npos);
    }
}
