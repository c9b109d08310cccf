#include <app/ProximuxApplication.h>

#include <app/Heartbeat.h>
#include <app/Logging.h>
#include <app/ServiceControl.h>
#include <app/StandardStream.h>
#include <app/ThreadErrorHandler.h>
#include <proximux/Log.h>
#include <proximux/admin/AdminServer.h>
#include <proximux/net/Sockets.h>

#include <Poco/Exception.h>
#include <Poco/Net/SocketDefs.h>

#include <functional>

namespace proximux
{

namespace
{

std::string describe(const std::exception& exception)
{
    if (const auto* const refusal = dynamic_cast<const Poco::IOException*>(&exception))
        return refusal->message(); // the system's error text
    const auto* const known = dynamic_cast<const Poco::Exception*>(&exception);
    return known != nullptr ? known->displayText() : exception.what();
}

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
            return logged([this] { return _startup.demonstration ? demonstrate() : serve(); });
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
    const Configuration& configuration = *_startup.configuration;
    Proxy proxy(_startup.configuration);
    AdminServer admin(proxy.inspector(), *this);
    admin.start();
    if (const PassedSocket& passed = _service.socket())
        proxy.startOn(passed.descriptor);
    else
        proxy.start();
    for (const std::string& notice : _startup.notices)
        Log(true).text(LogScope::server, LogLevel::info, notice);
    _daemonStart.succeeded();
    const Lent<Proxy> lent(_proxy, proxy);
    _service.ready("Serving on " + Endpoint{configuration.local.endpoint.host, proxy.port()}.toString() + " in " +
                   toString(configuration.exchange.mode) + " mode");
    ServiceControl::serving();
    const Heartbeat watchdog(_service.watchdogInterval(),
                             [this, &proxy]
                             {
                                 if (proxy.isResponsive())
                                     _service.alive();
                             });
    const Signals signals(*this);
    proxy.wait();
    return EXIT_OK;
}

int ProximuxApplication::demonstrate()
{
    bool portWasTaken = false;
    const std::unique_ptr<Proxy> proxy = startedProxy(portWasTaken);
    const Lent<Proxy> lent(_proxy, *proxy);
    const Signals signals(*this);
    const bool succeeded = _startup.demonstration->run(*proxy, _startup.configuration->local, portWasTaken);
    return succeeded ? EXIT_OK : EXIT_SOFTWARE;
}

/// Chooses a free port if the demonstration's is in use, unless the user chose it.
std::unique_ptr<Proxy> ProximuxApplication::startedProxy(bool& portWasTaken) const
{
    auto proxy = std::make_unique<Proxy>(_startup.configuration);
    try
    {
        proxy->start();
        return proxy;
    }
    catch (const Poco::IOException& exception)
    {
        if (exception.code() != POCO_EADDRINUSE || _startup.portWasChosen)
            throw;
    }
    portWasTaken = true;
    auto changed = std::make_shared<Configuration>(*_startup.configuration);
    changed->local.endpoint.port = 0;
    proxy = std::make_unique<Proxy>(changed);
    proxy->start();
    return proxy;
}

// ------------------------------------------------------------------------------------------ what the system asks

void ProximuxApplication::drainAsked()
{
    if (_startup.demonstration)
        _startup.demonstration->endAsked();
    const ShutdownSettings& shutdown = _startup.configuration->shutdown;
    const Duration limit = shutdown.drainTimeout.isOff() ? Duration::off() : shutdown.delay + shutdown.drainTimeout;
    _service.draining(limit);
    ServiceControl::stopping(limit);
    _proxy->drain();
}

void ProximuxApplication::stopAsked()
{
    if (_startup.demonstration)
        _startup.demonstration->endAsked();
    _service.stopping();
    ServiceControl::stopping(Duration::seconds(0));
    _proxy->stop();
}

void ProximuxApplication::reloadAsked()
{
    Log(true).text(LogScope::server, LogLevel::info,
                   "Reload is not supported in this version: restart to apply a changed configuration");
    _service.reloadRefused("restart to apply a changed configuration");
}

void ProximuxApplication::reopenAsked()
{
    _logging->reopen();
}

// ------------------------------------------------------------------------------------- what the admin port asks

AdminCommands::Reload ProximuxApplication::reload()
{
    return {false, {"reload is not supported in this version: restart to apply a changed configuration"}};
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
}

void ProximuxApplication::setLogLevel(int level)
{
    Logging::setLevel(level);
}

} // namespace proximux
