#include <app/Startup.h>

#include <app/AdminTool.h>
#include <app/CommandLine.h>
#include <app/DaemonStart.h>
#include <app/LogFormat.h>
#include <app/RotatingFile.h>
#include <app/ScriptHost.h>
#include <app/ServiceControl.h>
#include <app/ServiceRegistration.h>
#include <app/StandardStream.h>
#include <app/Tools.h>

#include <proximux/Version.h>
#include <proximux/config/Settings.h>
#include <proximux/config/TlsFiles.h>
#include <proximux/system/Surroundings.h>

#include <Poco/Exception.h>
#include <Poco/Path.h>
#include <Poco/Util/Application.h>

#include <algorithm>

namespace proximux
{

namespace
{

using Poco::Util::Application;
using Arguments = std::vector<std::string>;

const std::string PIDFILE = "--pidfile=";
const std::string UMASK = "--umask=";

StartupResult ended(int exitCode)
{
    StartupResult result;
    result.exitCode = exitCode;
    return result;
}

StartupResult say(const std::string& text)
{
    return ended(toolSays(text));
}

StartupResult refuse(const std::vector<std::string>& mistakes)
{
    return ended(toolRefuses(mistakes));
}

/// A service has no console: whoever reads the event log is told which file to correct.
StartupResult refuseService(std::vector<std::string> mistakes)
{
    mistakes.insert(mistakes.begin(), "The service cannot start: correct " + ConfigurationLoader::systemFile());
    return refuse(mistakes);
}

StartupResult explain(const std::string& topic)
{
    const std::string text = CommandLine::helpText(topic);
    if (!text.empty())
        return say(text);
    toolRefuses({topic + ": " + unknownText(topic)});
    return ended(Application::EXIT_USAGE);
}

StartupResult showFirstSteps()
{
    StandardStream(StandardStream::Which::error).write(CommandLine::firstStepsText());
    return ended(Application::EXIT_CONFIG);
}

bool begins(const std::string& text, const std::string& with)
{
    return text.compare(0, with.size(), with) == 0;
}

std::string absolute(const std::string& path)
{
    return Poco::Path(path).makeAbsolute().toString();
}

/// Errors that ServerApplication would report only after detaching from the terminal.
std::vector<std::string> serverMistakes(const CommandLine& commandLine)
{
    std::vector<std::string> mistakes;
    for (const std::string& argument : commandLine.poco())
    {
        const std::string value = argument.substr(argument.find('=') + 1);
        if (!DaemonStart::isAvailable())
            mistakes.push_back(argument.substr(0, argument.find('=')) +
                               ": this system has no daemons; expected --registerService, which makes a service");
        if (begins(argument, UMASK) && (value.empty() || value.find_first_not_of("01234567") != std::string::npos))
            mistakes.push_back("--umask = " + value + ": not an octal mask; expected octal digits (example: 027)");
        if (argument == PIDFILE)
            mistakes.emplace_back("--pidfile: the value is empty; expected a file name");
    }
    if (commandLine.wantsDemo() && commandLine.wantsDaemon())
        mistakes.emplace_back("--demo cannot be combined with --daemon");
    if (commandLine.wantsTls() && !commandLine.wantsDemo())
        mistakes.emplace_back("--tls belongs to --demo; expected --demo --tls, or --set local.tls=on");
    if (commandLine.wantsTls() && !tls::isBuiltIn())
        mistakes.emplace_back("--tls: this program was built without TLS; expected --demo alone");
    return mistakes;
}

LoadResult loadDemonstration(const Arguments& arguments, bool wantsTls, StartupResult& result)
{
    const auto output = std::make_shared<StandardStream>(StandardStream::Which::output);
    result.demonstration = std::make_unique<Demonstration>(
        [output](const std::string& line) { output->write(line + "\n"); },
        wantsTls && tls::isBuiltIn() ? Demonstration::Security::tls : Demonstration::Security::none);
    const LoadResult said = CommandLine(arguments).load(std::map<std::string, std::string>());
    result.portWasChosen =
        std::any_of(said.values.begin(), said.values.end(),
                    [](const FoundValue& value)
                    { return value.setting->key == "local.port" && value.layer == Layer::commandLine; });
    const bool targetWasChosen = std::any_of(
        said.values.begin(), said.values.end(),
        [](const FoundValue& value) { return value.setting->isOfTarget() && value.layer == Layer::commandLine; });
    Arguments all;
    for (const auto& [key, value] : result.demonstration->settings())
    {
        all.emplace_back("--set");
        all.push_back(key);
        all.back().append("=").append(value);
    }
    all.insert(all.end(), arguments.begin(), arguments.end());
    LoadResult loaded = CommandLine(all).load(std::map<std::string, std::string>());
    if (targetWasChosen)
        loaded.mistakes.emplace_back("--demo cannot be combined with --target");
    if (!loaded.services.empty())
        loaded.mistakes.emplace_back("--demo cannot be combined with services");
    return loaded;
}

/// Needed because a daemon changes its working directory.
std::shared_ptr<const Configuration> withAbsolutePaths(const Configuration& configuration, const std::string& folder)
{
    auto changed = std::make_shared<Configuration>(configuration);
    for (std::string* path : {&changed->log.file, &changed->script.file, &changed->script.output})
        if (!path->empty())
            *path = Poco::Path(*path).makeAbsolute(Poco::Path(folder)).toString();
    return changed;
}

/// Likewise for all services.
void makeAbsolute(LoadResult& loaded, const std::string& folder)
{
    loaded.configuration = withAbsolutePaths(*loaded.configuration, folder);
    for (LoadedService& service : loaded.services)
        service.configuration = withAbsolutePaths(*service.configuration, folder);
}

void tryLogFile(const LogSettings& log)
{
    try
    {
        if (!log.file.empty())
            RotatingFile(log.file, log.fileSize, log.fileCount);
    }
    catch (const Poco::FileException& exception)
    {
        throw Poco::FileException("cannot open log.file " + exception.message());
    }
}

/// Passes the options of ServerApplication on, but for --pidfile: POCO's file does not keep a second process out.
void passOn(StartupResult& result, const std::string& program, const CommandLine& commandLine)
{
    result.serverArguments = {program};
    for (const std::string& argument : commandLine.poco())
        if (begins(argument, PIDFILE))
            result.pidFile = absolute(argument.substr(PIDFILE.size()));
        else
            result.serverArguments.push_back(argument);
}

/// A script hears of one Proxy.
Arguments serviceMistakes(const LoadResult& loaded)
{
    if (loaded.services.empty() || !loaded.configuration || loaded.configuration->script.file.empty())
        return {};
    return {"script.file: a script hears of one server alone; expected no script, or no services"};
}

/// What is wrong with the script, if anything.
Arguments scriptMistakes(const LoadResult& loaded)
{
    try
    {
        if (loaded.configuration)
            ScriptHost::check(*loaded.configuration);
        return {};
    }
    catch (const ScriptMistake& mistake)
    {
        return {mistake.what()};
    }
}

/// "mode FIFO, 127.0.0.1:5000 to 1 target"
std::string summary(const Configuration& configuration)
{
    const std::size_t targets = configuration.targets.size();
    return std::string("mode ") + toString(configuration.exchange.mode) + ", " + configuration.local.toString() +
           " to " + std::to_string(targets) + (targets == 1 ? " target\n" : " targets\n");
}

/// What --check-config says of a configuration without mistakes.
std::string summary(const LoadResult& loaded)
{
    const std::size_t number = loaded.services.size();
    std::string text = "OK: ";
    text += number == 0 ? summary(*loaded.configuration)
                        : std::to_string(number) + (number == 1 ? " service\n" : " services\n");
    for (const LoadedService& service : loaded.services)
        text += service.name + ": " + summary(*service.configuration);
    for (const std::string& notice : loaded.notices)
        text += printable(notice) + "\n";
    return text;
}

/// Runs the tool named by the first option and returns its exit code; nothing if there is none.
std::optional<int> useTool(const Arguments& options)
{
    if (options.empty())
        return std::nullopt;
    const Arguments rest(options.begin() + 1, options.end());
    if (options.front() == "decode")
        return decodeTool(rest);
    if (options.front() == "probe")
        return probeTool(rest);
    if (options.front() == "admin")
        return adminTool(rest);
    if (options.front() == "status")
        return statusTool(rest);
    if (options.front() == "top")
        return topTool(rest);
    return std::nullopt;
}

/// Reads all layers as they are read at the start, whatever the working directory is then.
std::function<LoadResult()> loadAgain(CommandLine commandLine, const std::map<std::string, std::string>* environment)
{
    commandLine.makeAbsolute();
    const auto variables = environment != nullptr ? *environment : surroundings::environment();
    const std::string folder = absolute(".");
    return [commandLine, variables, folder]
    {
        LoadResult loaded = commandLine.load(variables);
        const Arguments mistakes = serviceMistakes(loaded);
        loaded.mistakes.insert(loaded.mistakes.end(), mistakes.begin(), mistakes.end());
        if (loaded.configuration)
            makeAbsolute(loaded, folder);
        return loaded;
    };
}

/// All layers, or those of a demonstration.
LoadResult load(const CommandLine& commandLine, const Arguments& options,
                const std::map<std::string, std::string>* environment, StartupResult& result)
{
    if (commandLine.wantsDemo())
        return loadDemonstration(options, commandLine.wantsTls(), result);
    return environment != nullptr ? commandLine.load(*environment) : commandLine.load();
}

} // namespace

std::vector<std::shared_ptr<const Configuration>> servicesOf(const LoadResult& loaded)
{
    std::vector<std::shared_ptr<const Configuration>> all;
    for (const LoadedService& service : loaded.services)
        all.push_back(service.configuration);
    return all.empty() ? decltype(all){loaded.configuration} : all;
}

StartupResult startUp(const std::vector<std::string>& arguments, const PassedSocket& passed,
                      const std::map<std::string, std::string>* environment)
{
    const Arguments options(arguments.begin() + 1, arguments.end());
    for (const auto use : {&useTool, &manageService})
        if (const auto exitCode = use(options))
            return ended(*exitCode);
    CommandLine commandLine(options);
    if (passed)
        commandLine.usePassedSocket(passed.endpoint);
    if (commandLine.wantsHelp())
        return explain(commandLine.topic());
    if (commandLine.wantsVersion())
        return say(std::string("proximux ") + VERSION + "\n");
    StartupResult result;
    LoadResult loaded = load(commandLine, options, environment, result);
    if (options.empty() && loaded.isEmpty && !passed && !ServiceControl::isService())
        return showFirstSteps();
    for (const auto& mistakes :
         {serverMistakes(commandLine), passed.mistakes, scriptMistakes(loaded), serviceMistakes(loaded)})
        loaded.mistakes.insert(loaded.mistakes.end(), mistakes.begin(), mistakes.end());
    if (!loaded.mistakes.empty())
        return options.empty() && ServiceControl::isService() ? refuseService(loaded.mistakes)
                                                              : refuse(loaded.mistakes);
    if (commandLine.wantsPrint())
        return say(CommandLine::printText(loaded));
    if (commandLine.wantsCheck())
        return say(summary(loaded));
    makeAbsolute(loaded, absolute("."));
    result.configuration = loaded.configuration;
    result.services = servicesOf(loaded);
    result.configurationText = CommandLine::printText(loaded);
    if (!result.demonstration)
        result.load = loadAgain(commandLine, environment);
    result.notices = loaded.notices;
    passOn(result, arguments.front(), commandLine);
    result.isDaemon = commandLine.wantsDaemon();
    tryLogFile(result.configuration->log);
    return result;
}

} // namespace proximux
