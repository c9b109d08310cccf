#include <app/Options.h>

#include <app/OptionStyle.h>
#include <proximux/config/Nearest.h>
#include <proximux/config/Reference.h>

#include <Poco/String.h>

#include <algorithm>
#include <optional>

namespace proximux
{

namespace
{

std::string syntax(const Option& option)
{
    return option.name + (option.argument.empty() ? "" : " " + option.argument);
}

const Option* optionNamed(const Options& options, const std::string& name)
{
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&name](const Option& each)
                                     { return name == each.name || (!name.empty() && name == each.shortName); });
    return option == options.end() ? nullptr : &*option;
}

/// An argument, parted into an option's name and a value behind an equals sign or a short name.
struct Parted
{
    std::string name;
    std::optional<std::string> value;
};

Parted parted(const Options& options, const std::string& argument)
{
    if (argument.compare(0, 2, "--") == 0)
    {
        const std::size_t equals = argument.find('=');
        if (equals == std::string::npos)
            return {argument, std::nullopt};
        return {argument.substr(0, equals), argument.substr(equals + 1)};
    }
    if (optionNamed(options, "-" + argument) != nullptr)
        return {argument, std::nullopt}; // -listen, which is not -l isten
    for (const Option& option : options)
        if (argument.size() > 2 && option.needsArgument() && argument.compare(0, 2, option.shortName) == 0)
            return {option.shortName, argument.substr(2)};
    return {argument, std::nullopt};
}

} // namespace

void parseOptions(const Options& options, const std::vector<std::string>& arguments,
                  const std::function<void(const std::string&)>& other, std::vector<std::string>& mistakes)
{
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < arguments.size(); ++i)
    {
        const auto [name, value] = parted(options, inOwnStyle(options, arguments[i]));
        const Option* const option = optionNamed(options, name);
        if (option == nullptr)
        {
            other(arguments[i]);
            continue;
        }
        if (!option->repeatable && std::find(seen.begin(), seen.end(), option->name) != seen.end())
            mistakes.push_back(option->name + ": given twice; expected once");
        seen.push_back(option->name);
        if (option->argument.empty() && value)
            mistakes.push_back(arguments[i] + ": takes no value; expected " + option->name);
        const bool hasNext = !option->argument.empty() && i + 1 < arguments.size() &&
                             (option->needsArgument() || arguments[i + 1].compare(0, 1, "-") != 0);
        if (!option->argument.empty() && value)
            option->take(*value);
        else if (hasNext)
            option->take(arguments[++i]);
        else if (!option->needsArgument())
            option->take({});
        else
            mistakes.push_back(option->name + ": a value is missing; expected " + syntax(*option));
    }
}

std::string nearestOption(const Options& options, const std::string& name)
{
    Nearest nearest(Poco::toLower(name));
    for (const Option& option : options)
        nearest.consider(option.name, "; the nearest known option is " + option.name);
    return nearest.phrase();
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
