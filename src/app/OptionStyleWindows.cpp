#include <app/OptionStyle.h>

#include <Poco/String.h>

namespace proximux
{

std::string inOwnStyle(const Options& options, const std::string& argument)
{
    if (argument.compare(0, 1, "/") != 0)
        return argument;
    const std::size_t equals = argument.find('=');
    const std::string name = argument == "/?" ? "--help" : "--" + argument.substr(1, equals - 1);
    for (const Option& option : options)
        if (Poco::icompare(option.name, name) == 0)
            return option.name + (equals == std::string::npos ? "" : argument.substr(equals));
    return argument;
}

} // namespace proximux
