#include <app/Options.h>

#include <proximux/config/Reference.h>

#include <algorithm>

namespace proximux
{

namespace
{

std::string syntax(const Option& option)
{
    return option.name + (option.argument.empty() ? "" : " " + option.argument);
}

} // namespace

void parseOptions(const Options& options, const std::vector<std::string>& arguments,
                  const std::function<void(const std::string&)>& other, std::vector<std::string>& mistakes)
{
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < arguments.size(); ++i)
    {
        const std::string& argument = arguments[i];
        const std::size_t equals = argument.compare(0, 2, "--") == 0 ? argument.find('=') : std::string::npos;
        const std::string name = argument.substr(0, equals);
        const auto option = std::find_if(options.begin(), options.end(),
                                         [&name](const Option& each)
                                         { return name == each.name || (!name.empty() && name == each.shortName); });
        if (option == options.end())
        {
            other(argument);
            continue;
        }
        if (!option->repeatable && std::find(seen.begin(), seen.end(), option->name) != seen.end())
            mistakes.push_back(option->name + ": given twice; expected once");
        seen.push_back(option->name);
        if (option->argument.empty() && equals != std::string::npos)
            mistakes.push_back(argument + ": takes no value; expected " + option->name);
        const bool hasNext = !option->argument.empty() && i + 1 < arguments.size() &&
                             (option->needsArgument() || arguments[i + 1].compare(0, 1, "-") != 0);
        if (!option->argument.empty() && equals != std::string::npos)
            option->take(argument.substr(equals + 1));
        else if (hasNext)
            option->take(arguments[++i]);
        else if (!option->needsArgument())
            option->take({});
        else
            mistakes.push_back(option->name + ": a value is missing; expected " + syntax(*option));
    }
}

std::string describeOptions(const Options& options)
{
    constexpr std::size_t COLUMN = 34;
    constexpr std::size_t WIDTH = 100;
    std::string text;
    for (const Option& option : options)
    {
        std::string left = option.shortName.empty() ? "      " : "  " + option.shortName + ", ";
        left += syntax(option);
        left.resize(std::max(left.size() + 2, COLUMN), ' ');
        std::string right = reference::wrapped(option.help, WIDTH, std::string(COLUMN, ' '));
        text += left.size() > COLUMN ? left.substr(0, left.find_last_not_of(' ') + 1) + "\n" + right
                                     : right.replace(0, COLUMN, left);
    }
    return text;
}

std::string manOptions(const Options& options)
{
    std::string text;
    for (const Option& option : options)
    {
        text += ".TP\n.B " + reference::roff(option.name + (option.shortName.empty() ? "" : ", " + option.shortName));
        text += (option.argument.empty() ? "" : " " + reference::roff(option.argument)) + "\n" +
                reference::roff(option.help) + ".\n";
    }
    return text;
}

std::string namesOf(const Options& options)
{
    std::string text;
    for (std::size_t i = 0; i < options.size(); ++i)
        text += (i == 0 ? "" : i + 1 < options.size() ? ", " : " or ") + options[i].name;
    return text;
}

} // namespace proximux
