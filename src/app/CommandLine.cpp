#include <app/CommandLine.h>

#include <proximux/config/Reference.h>
#include <proximux/config/Values.h>

#include <algorithm>

namespace proximux
{

struct CommandLine::Option
{
    const char* name;
    const char* shortName; ///< or empty
    const char* argument;  ///< its name in the help; empty: it takes none
    const char* key;       ///< the setting it sets; empty: it is treated by name
    const char* help;
    bool repeatable;
};

const std::vector<CommandLine::Option>& CommandLine::options()
{
    static const std::vector<Option> OPTIONS{
        {"--listen", "-l", "[HOST:]PORT", "", "where to listen (local.host, local.port)", false},
        {"--target", "-t", "HOST:PORT", "", "a target; may be repeated (target.N.host, target.N.port)", true},
        {"--mode", "", "MODE", "exchange.mode", "auto, proxy, fifo or funnel", false},
        {"--protocol", "", "NAME", "exchange.protocol", "what passes: auto, raw, http, resp, mysql ...", false},
        {"--max-connections", "", "N", "local.max_connections", "clients at once", false},
        {"--log-level", "", "LEVEL", "log.level", "0 nothing, 1 errors, 2 information, 3 everything", false},
        {"--io-backend", "", "NAME", "io.backend", "auto, epoll or poll", false},
        {"--config", "-c", "FILE", "", "an INI or a JSON file; may be repeated", true},
        {"--set", "-s", "SECTION.KEY=VALUE", "", "any setting; may be repeated", true},
        {"--check-config", "", "", "", "check the configuration, say what is wrong with it, and end", false},
        {"--print-config", "", "", "", "print each value in force and where it comes from, and end", false},
        {"--demo", "", "", "", "show what it does, on a target of its own", false},
        {"--daemon", "", "", "", "run in the background", false},
        {"--pidfile", "", "FILE", "", "write the process number to this file", false},
        {"--umask", "", "MASK", "", "the daemon's umask, octal", false},
        {"--version", "-v", "", "", "print the version, and end", false},
        {"--help", "-h", "", "", "print this, and end", false},
    };
    return OPTIONS;
}

CommandLine::CommandLine(const std::vector<std::string>& arguments)
{
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < arguments.size(); ++i)
    {
        const std::string& argument = arguments[i];
        const std::size_t equals = argument.compare(0, 2, "--") == 0 ? argument.find('=') : std::string::npos;
        const std::string name = argument.substr(0, equals);
        const auto option = std::find_if(options().begin(), options().end(),
                                         [&name](const Option& each)
                                         { return name == each.name || (*each.shortName && name == each.shortName); });
        if (option == options().end())
        {
            unknown(argument);
            continue;
        }
        if (!option->repeatable && std::find(seen.begin(), seen.end(), option->name) != seen.end())
            _mistakes.push_back(std::string(option->name) + ": given twice; expected once");
        seen.emplace_back(option->name);
        if (*option->argument == '\0')
        {
            if (equals != std::string::npos)
                _mistakes.push_back(argument + ": takes no value; expected " + option->name);
            takeFlag(option->name);
        }
        else if (equals != std::string::npos)
            takeOption(option->name, argument.substr(equals + 1));
        else if (i + 1 < arguments.size())
            takeOption(option->name, arguments[++i]);
        else
            _mistakes.push_back(std::string(option->name) + ": a value is missing; expected " + option->name + " " +
                                option->argument);
    }
}

void CommandLine::takeOption(const std::string& name, const std::string& value)
{
    if (name == "--pidfile" || name == "--umask")
        return _poco.push_back(name + "=" + value);
    if (name == "--config")
        return _files.push_back(value);
    if (value.empty())
        return _mistakes.push_back(name + ": the value is empty");
    if (name == "--listen")
        return takeListen(value);
    if (name == "--target")
        return takeTarget(value);
    if (name == "--set")
        return takeSet(value);
    for (const Option& option : options())
        if (name == option.name)
            set(option.key, value, name);
}

void CommandLine::takeListen(const std::string& value)
{
    _listen = true;
    if (value.find_first_not_of("0123456789") == std::string::npos)
        return set("local.port", value, "--listen");
    const auto parts = values::hostPort(value);
    if (!parts)
        return _mistakes.push_back("--listen " + value + ": expected PORT, HOST:PORT or [IPV6]:PORT");
    set("local.host", parts->host, "--listen");
    set("local.port", parts->port, "--listen");
}

void CommandLine::takeTarget(const std::string& value)
{
    const std::string prefix = "target." + std::to_string(++_targets) + ".";
    const auto parts = values::hostPort(value);
    if (!parts)
        return _mistakes.push_back("--target " + value + ": expected HOST:PORT or [IPV6]:PORT");
    set(prefix + "host", parts->host, "--target");
    set(prefix + "port", parts->port, "--target");
}

void CommandLine::takeSet(const std::string& value)
{
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0)
        return _mistakes.push_back("--set " + value + ": expected SECTION.KEY=VALUE");
    set(value.substr(0, equals), value.substr(equals + 1), "--set");
}

void CommandLine::takeFlag(const std::string& name)
{
    _help = _help || name == "--help";
    _version = _version || name == "--version";
    _check = _check || name == "--check-config";
    _print = _print || name == "--print-config";
    _demo = _demo || name == "--demo";
    if (name == "--daemon")
    {
        _daemon = true;
        _poco.push_back(name);
    }
}

void CommandLine::unknown(const std::string& name)
{
#if defined(_WIN32)
    if (name.compare(0, 1, "/") == 0)
        return _poco.push_back(name); // /registerService and its like
#endif
    if (name.compare(0, 1, "-") != 0)
        return _mistakes.push_back(name + ": unexpected; expected options alone, see --help");
    _mistakes.push_back(name.substr(0, name.find('=')) + ": unknown option; see --help");
}

void CommandLine::set(const std::string& key, const std::string& text, const std::string& option)
{
    _values.push_back({key, text, option});
}

LoadResult CommandLine::load() const
{
    ConfigurationLoader loader;
    loader.addEnvironment();
    return load(loader);
}

LoadResult CommandLine::load(const std::map<std::string, std::string>& environment) const
{
    ConfigurationLoader loader;
    loader.addEnvironment(environment);
    return load(loader);
}

LoadResult CommandLine::load(ConfigurationLoader& loader) const
{
    for (const std::string& mistake : _mistakes)
        loader.addMistake(mistake);
    if (_files.empty() && !_listen && _targets == 0)
        loader.addSystemFile();
    for (const std::string& file : _files)
        loader.addFile(file);
    for (const Value& value : _values)
        loader.addCommandLine(value.key, value.text, value.option);
    return loader.load();
}

std::string CommandLine::helpText()
{
    std::string text =
        "usage: proximux [OPTION...]\n"
        "       proximux decode --protocol NAME [--response] FILE\n"
        "       proximux probe --protocol NAME --target HOST:PORT [--request TEXT]\n\n"
        "TCP proxy and request/response multiplexer: clients and target connections paired, watched and\n"
        "guarded, or many clients on few target connections.\n\n"
        "  proximux --listen 3307 --target db.example:3306 --mode proxy --protocol mysql\n"
        "  proximux --config /etc/proximux/proximux.ini\n\nOptions:\n";
    for (const Option& option : options())
    {
        std::string left = *option.shortName ? std::string(option.shortName) + ", " : "    ";
        left += option.name;
        if (*option.argument)
            left += std::string(" ") + option.argument;
        left.resize(std::max<std::size_t>(left.size(), 30), ' ');
        text += "  " + left + "  " + option.help + "\n";
    }
    return text + "\nSettings (--set, files, and in the environment PROXIMUX_<SECTION>_<KEY>), with their defaults:\n" +
           reference::help() +
           "\nExit codes: 0 ended as asked, 70 a defect, 71 the system refused, 78 a mistake in options or "
           "configuration.\n";
}

std::string CommandLine::printText(const LoadResult& result)
{
    std::string text;
    for (const FoundValue& value : result.values)
    {
        std::string line = numberedKey(*value.setting, value.number) + " = " + value.shown();
        line.resize(std::max<std::size_t>(line.size(), 44), ' ');
        text += line + "  ; " + value.origin + "\n";
    }
    return text;
}

} // namespace proximux
