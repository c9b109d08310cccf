#include <app/CommandLine.h>

#include <app/ServiceRegistration.h>
#include <proximux/config/Nearest.h>
#include <proximux/config/Reference.h>
#include <proximux/config/Values.h>

#include <Poco/Path.h>
#include <Poco/String.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

/// These options set two settings each.
constexpr const char* LISTEN = "--listen";
constexpr const char* TARGET = "--target";

/// The help of an option that sets one setting.
std::string helpOf(const Setting& setting)
{
    constexpr std::string_view CHOICE = "one of ";
    const bool isChoice = setting.expected.compare(0, CHOICE.size(), CHOICE) == 0;
    return setting.summary + " (" + setting.key +
           (isChoice ? ": " + setting.expected.substr(CHOICE.size()) + ")" : ")");
}

/// The option that a setting might have: "--log-file" for log.file.
std::string longOption(const Setting& setting)
{
    std::string name = "--" + setting.key;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '.' || c == '_'; }, '-');
    return name;
}

/// A line for each value.
std::string printed(const std::vector<FoundValue>& values)
{
    std::string text;
    for (const FoundValue& value : values)
    {
        std::string line = numberedKey(*value.setting, value.number) + " = " + value.shown();
        line.resize(std::max<std::size_t>(line.size(), 44), ' ');
        text += line + "  ; " + value.origin + "\n";
    }
    return text;
}

} // namespace

CommandLine::CommandLine(const std::vector<std::string>& arguments)
{
    parseOptions(
        options(), arguments, [this](const std::string& argument) { unknown(argument); }, _mistakes);
}

/// The only list of options: the parser and all texts use it.
Options CommandLine::options()
{
    Options all = addresses();
    for (const Setting& setting : settings())
        if (!setting.option.empty() && setting.option != LISTEN && setting.option != TARGET)
            all.push_back({setting.option, "", setting.expected.find("one of") == 0 ? "NAME" : "N", helpOf(setting),
                           false,
                           filled(setting.option, [this, &setting](const std::string& value)
                                  { set(setting.key, value, setting.option); })});
    for (Option& option : services())
        all.push_back(std::move(option));
    for (Option& option : others())
        all.push_back(std::move(option));
    return all;
}

/// Refuses an empty value.
CommandLine::Take CommandLine::filled(const std::string& name, Take take)
{
    return [this, name, take = std::move(take)](const std::string& value)
    {
        if (value.empty())
            return _mistakes.push_back(name + ": the value is empty");
        take(value);
    };
}

Options CommandLine::addresses()
{
    return {{LISTEN, "-l", "[HOST:]PORT",
             "Address and port to listen on; :PORT: all interfaces; unix:PATH: a UNIX socket (local.host, local.port, "
             "local.path)",
             false, filled(LISTEN, [this](const std::string& value) { takeListen(value); })},
            {TARGET, "-t", "HOST:PORT",
             "Target to connect to, or unix:PATH; may be repeated (target.N.host, target.N.port, target.N.path)", true,
             filled(TARGET, [this](const std::string& value) { takeTarget(value); })}};
}

Options CommandLine::services()
{
    return {{"--services", "", "FOLDER", "Folder whose INI and JSON files are services, each named like its file",
             false, filled("--services", [this](const std::string& value) { _serviceFolder = value; })},
            {"--service", "", "NAME=FILE", "INI or JSON file of a service; may be repeated", true,
             filled("--service", [this](const std::string& value) { takeService(value); })}};
}

Options CommandLine::others()
{
    return {
        {"--config", "-c", "FILE", "INI or JSON file with settings; may be repeated", true,
         [this](const std::string& value) { _files.push_back(value); }},
        {"--set", "-s", "SECTION.KEY=VALUE", "Any setting; may be repeated", true,
         filled("--set", [this](const std::string& value) { takeSet(value); })},
        {"--check-config", "", "", "Validate the configuration and exit", false,
         [this](const std::string&) { _check = true; }},
        {"--print-config", "", "", "Print each value in force and its origin, and exit", false,
         [this](const std::string&) { _print = true; }},
        {"--demo", "", "", "Run a self-contained demonstration", false, [this](const std::string&) { _demo = true; }},
        {"--tls", "", "", "With --demo: its clients speak TLS, with a certificate that is made for it", false,
         [this](const std::string&) { _tls = true; }},
        {"--daemon", "", "", "Run in the background", false,
         [this](const std::string&)
         {
             _daemon = true;
             _poco.emplace_back("--daemon");
         }},
        {"--pidfile", "", "FILE", "Write the process id to this file and lock it", false,
         [this](const std::string& value) { _poco.push_back("--pidfile=" + value); }},
        {"--umask", "", "MASK", "File mode creation mask of the daemon, in octal", false,
         [this](const std::string& value) { _poco.push_back("--umask=" + value); }},
        {"--version", "-v", "", "Print the version and exit", false, [this](const std::string&) { _version = true; }},
        {"--help", "-h", "[SETTING]", "Print this overview, or all about one setting or section, and exit", false,
         [this](const std::string& value)
         {
             _help = true;
             _topic = value;
         }},
    };
}

void CommandLine::takeListen(const std::string& value)
{
    _listen = true;
    if (value.find_first_not_of("0123456789") == std::string::npos)
        return set("local.port", value, "--listen");
    if (const auto path = values::unixPath(value))
        return setPath("local.path", *path, "--listen");
    const auto parts = values::hostPort(value.front() == ':' ? "*" + value : value);
    const bool areSeveral = value.find(',') != std::string::npos;
    if (!parts)
        return _mistakes.push_back(
            "--listen " + value + ": " +
            (areSeveral ? "several addresses stand in local.host; " : values::hostPortMistake(value)) +
            "expected PORT, HOST:PORT, [IPV6]:PORT, :PORT for all interfaces, or unix:PATH");
    set("local.host", parts->host, "--listen");
    set("local.port", parts->port, "--listen");
}

void CommandLine::takeTarget(const std::string& value)
{
    const std::string prefix = "target." + std::to_string(++_targets) + ".";
    if (const auto path = values::unixPath(value))
        return setPath(prefix + "path", *path, "--target");
    const auto parts = values::hostPort(value);
    if (!parts)
        return _mistakes.push_back("--target " + value + ": " + values::hostPortMistake(value) +
                                   "expected HOST:PORT, [IPV6]:PORT or unix:PATH");
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

void CommandLine::takeService(const std::string& value)
{
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == value.size())
        return _mistakes.push_back("--service " + value + ": expected NAME=FILE");
    _services.emplace_back(value.substr(0, equals), value.substr(equals + 1));
}

void CommandLine::unknown(const std::string& name)
{
    const bool isOption = name.compare(0, 1, "-") == 0;
    if (std::exchange(_mayBeValue, isOption && name.find('=') == std::string::npos) && !isOption)
        return; // the value of the unknown option before it
    const std::string option = isOption ? name.substr(0, name.find('=')) : "--" + name;
    std::string hint = nearestOption(options(), option);
    for (const Setting& setting : settings())
        if (hint.empty() && longOption(setting) == option)
            hint = "; expected --set " + setting.key + "=VALUE";
    if (isOption)
        return _mistakes.push_back(option + ": unknown option" + (hint.empty() ? "; see --help" : hint));
    Nearest tool(Poco::toLower(name));
    for (const char* known : {"decode", "probe", "admin", "status", "top"})
        tool.consider(known, std::string("; expected ") + known + " as the first argument, or an option");
    if (hint.empty())
        hint = tool.phrase();
    _mistakes.push_back(name + ": unexpected argument" +
                        (hint.empty() ? "; only options are allowed, see --help" : hint));
}

void CommandLine::set(const std::string& key, const std::string& text, const std::string& option)
{
    _values.push_back({key, text, option});
}

/// An empty path would be none.
void CommandLine::setPath(const std::string& key, const std::string& path, const std::string& option)
{
    if (path.empty())
        return _mistakes.push_back(option + " unix:: the path is missing; expected unix:PATH");
    set(key, path, option);
}

void CommandLine::makeAbsolute()
{
    for (std::string& file : _files)
        file = Poco::Path(file).makeAbsolute().toString();
    for (auto& [name, file] : _services)
        file = Poco::Path(file).makeAbsolute().toString();
    if (!_serviceFolder.empty())
        _serviceFolder = Poco::Path(_serviceFolder).makeAbsolute().toString();
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
    const bool isSystem = _files.empty() && !_listen && _targets == 0;
    if (isSystem)
        loader.addSystemFile();
    if (isSystem && !_demo && _services.empty() && _serviceFolder.empty())
        loader.addSystemServices();
    if (!_serviceFolder.empty())
        loader.addServices(_serviceFolder);
    for (const auto& [name, file] : _services)
        loader.addService(name, file);
    for (const std::string& file : _files)
        loader.addFile(file);
    for (const Value& value : _values)
        loader.addCommandLine(value.key, value.text, value.option);
    if (_passed)
        loader.addPassedSocket(*_passed);
    return loader.load();
}

std::string CommandLine::overview()
{
    return "usage: proximux [OPTION...]\n"
           "       proximux decode --protocol NAME [--response] FILE\n"
           "       proximux probe --protocol NAME --target HOST:PORT [--request TEXT]\n"
           "       proximux admin [--socket PATH] [--json] COMMAND...\n"
           "       proximux status [--socket PATH] [--json] [--watch [SECONDS]]\n"
           "       proximux top [--socket PATH] [--interval SECONDS]\n\n"
           "TCP proxy and multiplexer. Lets many clients share a few connections to a server, or pairs,\n"
           "observes and guards them one to one.\n\n"
           "  proximux --listen 3307 --target db.example:3306 --mode proxy --protocol mysql\n"
           "  proximux --config my.ini\n"
           "  proximux --help exchange.pairing\n\nOptions:\n" +
           describeOptions(CommandLine({}).options()) + describeServiceOptions() +
           "\nSettings, for --set and files; in the environment PROXIMUX_<SECTION>_<KEY>. The default is in "
           "brackets:\n" +
           reference::help() + "\nExit codes:\n" + describeExitCodes() +
           "\nWithout --config, --listen and --target, the settings of this file are read if it exists:\n  " +
           ConfigurationLoader::systemFile() +
           "\nand without --services and --service, the services in this folder:\n  " +
           ConfigurationLoader::systemServices() + "\n";
}

std::string CommandLine::firstStepsText()
{
    return "proximux: a port to listen on and a target are missing. Try one of these:\n"
           "  proximux --demo    a demonstration that needs nothing else\n"
           "  proximux --help    all options and settings\n"
           "  proximux --listen PORT --target HOST:PORT --mode proxy\n";
}

std::string CommandLine::helpText(const std::string& topic)
{
    if (topic.empty())
        return overview();
    if (const Setting* setting = settingNamed(topic))
        return reference::describe(*setting);
    return isSection(topic) ? reference::help(topic) : "";
}

const std::vector<std::pair<int, std::string>>& CommandLine::exitCodes()
{
    static const std::vector<std::pair<int, std::string>> ALL{
        {0, "Success"},
        {64, "--help: unknown setting; admin: unknown command"},
        {65, "decode: the input is malformed or incomplete"},
        {69, "probe: no connection, or the target does not answer as the protocol requires; admin: no proxy listens"},
        {70, "Internal error"},
        {71, "Operating-system error, such as a port that is in use"},
        {74, "The output that was asked for could not be written"},
        {77, "admin: the command is not allowed"},
        {78, "Invalid options or configuration; admin: the command was refused"},
    };
    return ALL;
}

std::string CommandLine::describeExitCodes()
{
    std::string text;
    for (const auto& [code, meaning] : exitCodes())
        text += (code < 10 ? "   " : "  ") + std::to_string(code) + "  " + meaning + "\n";
    return text;
}

Options CommandLine::documentedOptions()
{
    Options all = CommandLine({}).options();
    for (Option& option : all)
        option.take = nullptr; // it would act on that command line
    return all;
}

std::string CommandLine::manOptionsText()
{
    return manOptions(documentedOptions());
}

std::string CommandLine::printText(const LoadResult& result)
{
    std::string text = printed(result.values);
    for (const LoadedService& service : result.services)
        text += "\n; service " + service.name + "\n" + printed(service.values);
    return text;
}

} // namespace proximux
