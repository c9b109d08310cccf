#include <app/ProximuxApplication.h>

#include <app/CommandLine.h>
#include <app/Heartbeat.h>
#include <app/Logging.h>
#include <app/PidFile.h>
#include <app/ReloadReport.h>
#include <app/ScriptHost.h>
#include <app/ServiceControl.h>
#include <app/StandardStream.h>
#include <app/ThreadErrorHandler.h>
#include <proximux/Log.h>
#include <proximux/admin/AdminServer.h>
#include <proximux/net/Sockets.h>

#include <Poco/Exception.h>
#include <Poco/Net/SocketDefs.h>
#include <Poco/Timestamp.h>

#include <functional>

namespace proximux
{

namespace
{

/// Sets a pointer to an object for its own lifetime.
template <class T>
class Lent
{
public:
    Lent(T*& pointer, T& object)
        : _pointer(pointer)
    {
        _pointer = &object;
    }
    ~Lent() { _pointer = nullptr; }

    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;

private:
    T*& _pointer;
};

} // namespace

int ProximuxApplication::runProgram(const std::vector<std::string>& arguments)
{
    StandardStream::ensureOpen();
    Signals::ignoreOthers();
    return ServiceControl::run(
        [this, &arguments]
        {
            return guarded(
                [this, &arguments]
                { return runArguments(arguments.empty() ? std::vector<std::string>{"proximux"} : arguments); });
        });
}

int ProximuxApplication::runArguments(const std::vector<std::string>& arguments)
{
    _startup = startUp(arguments, _service.socket());
    if (_startup.exitCode)
        return *_startup.exitCode;
    if (const auto ended = _startup.isDaemon ? _daemonStart.detach() : std::nullopt)
        return *ended;
    Signals::prepare();
    const int exitCode = runServer(_startup.serverArguments);
    _daemonStart.failed(exitCode, "the daemon could not start");
    return exitCode;
}

int ProximuxApplication::main(const std::vector<std::string>&)
{
    return guarded(
        [this]
        {
            sockets::raiseDescriptorLimit();
            const bool isTerminal = isInteractive() && !ServiceControl::isService();
            Logging logging(_startup.configuration->log,
                            isTerminal ? Logging::Place::terminal : Logging::Place::background);
            const Lent<Logging> lent(_logging, logging);
            const ThreadErrorHandler errorHandler;
            return logged(
                [this]
                {
                    const PidFile pidFile(_startup.pidFile);
                    return _startup.demonstration ? demonstrate() : serve();
                });
        });
}

/// Converts exceptions to exit codes; the only place that does.
int ProximuxApplication::guarded(const std::function<int()>& work)
{
    try
    {
        return work();
    }
    catch (const Poco::IOException& exception)
    {
        return refused(EXIT_OSERR, describe(exception));
    }
    catch (const std::exception& exception)
    {
        return refused(EXIT_SOFTWARE, "internal error: " + describe(exception));
    }
}

/// Tells why the program ends. A daemon has no stderr, but that of the process which waits for its start.
int ProximuxApplication::refused(int exitCode, const std::string& why)
{
    if (_daemonStart.isAwaited())
        _daemonStart.failed(exitCode, why);
    else
        StandardStream(StandardStream::Which::error).write("proximux: " + why + "\n");
    return exitCode;
}

/// Logs what ends the program as well, because a daemon has no stderr.
int ProximuxApplication::logged(const std::function<int()>& work)
{
    try
    {
        return work();
    }
    catch (const std::exception& exception)
    {
        if (!_logging->usesStandardError())
            Log(true).failure(LogScope::server, "StartError", describe(exception));
        throw;
    }
}

int ProximuxApplication::serve()
{
    const auto configuration = _startup.configuration;
    ScriptHost script; // its listeners may be called as long as the proxy lives
    const Lent<ScriptHost> lentScript(_script, script);
    script.use(script.prepare(*configuration));
    Services services(_startup.services);
    if (configuration->service.empty()) // where services have names, there is no script
        script.attach(services.only().events());
    const Lent<Services> lent(_services, services);
    Reloader reloader(reloads());
    const Lent<Reloader> lentReloader(_reloader, reloader);
    _configured = Poco::Timestamp().epochMicroseconds();
    AdminServer admin(services, *this);
    admin.start();
    if (const PassedSocket& passed = _service.socket())
        services.startOn(passed.descriptor);
    else
        services.start();
    for (const std::string& notice : _startup.notices)
        Log(true).text(LogScope::server, LogLevel::info, notice);
    _daemonStart.succeeded();
    _service.ready("Serving " + services.summary());
    ServiceControl::serving();
    const Heartbeat watchdog(_service.watchdogInterval(),
                             [this, &services]
                             {
                                 if (services.isResponsive())
                                     _service.alive();
                             });
    const Signals signals(*this);
    services.wait();
    return EXIT_OK;
}

int ProximuxApplication::demonstrate()
{
    bool portWasTaken = false;
    const std::unique_ptr<Services> services = startedServices(portWasTaken);
    const Lent<Services> lent(_services, *services);
    Reloader reloader(reloads());
    const Lent<Reloader> lentReloader(_reloader, reloader);
    const Signals signals(*this);
    const bool succeeded = _startup.demonstration->run(services->only(), _startup.configuration->local, portWasTaken);
    return succeeded ? EXIT_OK : EXIT_SOFTWARE;
}

/// Chooses a free port if the demonstration's is in use, unless the user chose it.
std::unique_ptr<Services> ProximuxApplication::startedServices(bool& portWasTaken) const
{
    auto services = std::make_unique<Services>(_startup.services);
    try
    {
        services->start();
        return services;
    }
    catch (const Poco::IOException& exception)
    {
        if (exception.code() != POCO_EADDRINUSE || _startup.portWasChosen)
            throw;
    }
    portWasTaken = true;
    auto changed = std::make_shared<Configuration>(*_startup.configuration);
    changed->local.endpoint.port = 0;
    services = std::make_unique<Services>(Services::Configurations{changed});
    services->start();
    return services;
}

// ------------------------------------------------------------------------------------------------ a reload

Reloader::Work ProximuxApplication::reloads()
{
    return {[this] { return reloadNow(); }, [this] { return reloadCertificatesNow(); },
            [this] { return _tlsWatch.haveChanged(_services->configurations(), _areCertificatesGood); },
            [this] { return std::atomic_load(&_startup.configuration)->tls.watch; }};
}

/// In the thread of the Reloader.
ReloadResult ProximuxApplication::reloadNow()
{
    const Log log(true);
    _service.reloading();
    std::vector<std::string> notices;
    ReloadResult result = reloadAll(notices);
    logReload("Reloaded", result);
    for (const std::string& notice : notices)
        log.text(LogScope::server, LogLevel::info, notice);
    _isReloaded = result.mistakes.empty();
    if (_isReloaded)
    {
        _areCertificatesGood = true;
        _configured = Poco::Timestamp().epochMicroseconds();
        _service.serves("Serving " + _services->summary());
    }
    _service.reloaded(result.mistakes.empty() ? "" : result.mistakes.front());
    return result;
}

/// Likewise.
ReloadResult ProximuxApplication::reloadCertificatesNow()
{
    ReloadResult result;
    try
    {
        result = _services->reloadCertificates();
    }
    catch (const std::exception& exception)
    {
        result.mistakes = {"internal error: " + describe(exception)};
    }
    logReload("Certificates reloaded", result);
    _areCertificatesGood = result.mistakes.empty();
    return result;
}

/// Everything that can fail comes before the first change.
ReloadResult ProximuxApplication::reloadAll(std::vector<std::string>& notices)
{
    if (!_startup.load)
        return {{"--demo: a demonstration has nothing to reload"}, {}, 0};
    try
    {
        LoadResult loaded = _startup.load();
        if (!loaded.mistakes.empty())
            return {std::move(loaded.mistakes), {}, 0};
        LogWriter::Outputs outputs = _logging->prepare(loaded.configuration->log);
        ScriptHost::Prepared script = _script->prepare(*loaded.configuration);
        ReloadResult result = _services->reload(servicesOf(loaded));
        if (!result.mistakes.empty())
            return result;
        _logging->use(loaded.configuration->log, std::move(outputs));
        _script->use(std::move(script));
        std::atomic_store(&_startup.configuration, loaded.configuration);
        std::atomic_store(&_configurationText, std::make_shared<const std::string>(CommandLine::printText(loaded)));
        notices = std::move(loaded.notices);
        return result;
    }
    catch (const Poco::FileException& exception)
    {
        return {{"log.file: cannot be opened: " + exception.message()}, {}, 0};
    }
    catch (const ScriptMistake& mistake)
    {
        return {{mistake.what()}, {}, 0};
    }
    catch (const std::exception& exception)
    {
        return {{"internal error: " + describe(exception)}, {}, 0};
    }
}

// ------------------------------------------------------------------------------------------ what the system asks

void ProximuxApplication::drainAsked()
{
    if (_startup.demonstration)
        _startup.demonstration->endAsked();
    const ShutdownSettings shutdown = std::atomic_load(&_startup.configuration)->shutdown;
    const Duration limit = shutdown.drainTimeout.isOff() ? Duration::off() : shutdown.delay + shutdown.drainTimeout;
    _service.draining(limit);
    ServiceControl::stopping(limit);
    _services->drain();
}

void ProximuxApplication::stopAsked()
{
    if (_startup.demonstration)
        _startup.demonstration->endAsked();
    _service.stopping();
    ServiceControl::stopping(Duration::seconds(0));
    _services->stop();
}

void ProximuxApplication::reloadAsked()
{
    _reloader->ask(Reloader::What::all, [](const ReloadResult&) {});
}

void ProximuxApplication::reopenAsked()
{
    reopen();
}

// ------------------------------------------------------------------------------------- what the admin port asks

std::string ProximuxApplication::configuration() const
{
    const auto text = std::atomic_load(&_configurationText);
    return text ? *text : _startup.configurationText;
}

void ProximuxApplication::addFacts(ProcessFacts& facts) const
{
    facts.logRecordsDropped = _logging->dropped();
    facts.isReloaded = _isReloaded && _areCertificatesGood;
    facts.configured = {_configured};
}

void ProximuxApplication::reload(std::function<void(const Reload&)> done)
{
    ask(Reloader::What::all, std::move(done));
}

void ProximuxApplication::reloadCertificates(std::function<void(const Reload&)> done)
{
    ask(Reloader::What::certificates, std::move(done));
}

void ProximuxApplication::ask(Reloader::What what, std::function<void(const Reload&)> done)
{
    _reloader->ask(what,
                   [done = std::move(done)](const ReloadResult& result)
                   {
                       const bool applied = result.mistakes.empty();
                       done({applied, applied ? result.changed : result.mistakes});
                   });
}

void ProximuxApplication::drain()
{
    Signals::ask(Signals::Request::drain);
}

void ProximuxApplication::stop()
{
    Signals::ask(Signals::Request::stop);
}

void ProximuxApplication::reopen()
{
    _logging->reopen();
    if (_script != nullptr) // a demonstration has none
        _script->reopen();
}

void ProximuxApplication::setLogLevel(int level)
{
    Logging::setLevel(level);
}

} // namespace proximux
