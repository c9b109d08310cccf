#include <app/ScriptHost.h>

#include <app/LogFormat.h>
#include <app/RotatingFile.h>
#include <app/StandardStream.h>

#include <Poco/Delegate.h>
#include <Poco/Exception.h>

namespace proximux
{

namespace
{

using Function = ScriptCall::Function;

LogWriter::Ptr openOutput(const Configuration& configuration)
{
    const std::string& path = configuration.script.output;
    if (path.empty())
        return {};
    try
    {
        const LogSettings& settings = configuration.log;
        const LogOutput output{std::make_shared<RotatingFile>(path, settings.fileSize, settings.fileCount),
                               new PlainLineFormatter, std::make_shared<StandardStream>(StandardStream::Which::error)};
        return new LogWriter({output, output, output}, settings.queue, settings.queueBytes);
    }
    catch (const Poco::FileException& exception)
    {
        throw ScriptMistake("script.output: cannot be opened: " + exception.message());
    }
}

/// Where a script says something while it is only checked.
class Nowhere : public ScriptOutside
{
public:
    void log(std::string_view) noexcept override {}
    void write(std::string_view) noexcept override {}
};

} // namespace

ScriptHost::Prepared ScriptHost::prepare(const Configuration& configuration)
{
    Prepared prepared;
    if (configuration.script.file.empty())
        return prepared;
    prepared.output = openOutput(configuration);
    prepared.script = Script::load(configuration.script, *this);
    return prepared;
}

void ScriptHost::check(const Configuration& configuration)
{
    Nowhere nowhere;
    if (!configuration.script.file.empty())
        Script::load(configuration.script, nowhere);
}

void ScriptHost::use(Prepared prepared)
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        std::swap(_script, prepared.script);
        std::swap(_output, prepared.output);
    }
    listen();
}

void ScriptHost::attach(Events& events)
{
    _events = &events;
    listen();
}

void ScriptHost::listen()
{
    if (_events == nullptr)
        return;
    bool wanted[ScriptCall::FUNCTIONS];
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        for (std::size_t i = 0; i < ScriptCall::FUNCTIONS; ++i)
            wanted[i] = has(static_cast<Function>(i));
    }
    const auto wants = [&wanted](Function function) { return wanted[static_cast<std::size_t>(function)]; };
    _connected.set(wants(Function::connected), _events->connected, Poco::delegate(this, &ScriptHost::onConnected));
    _requests.set(wants(Function::request) || wants(Function::response), _events->request,
                  Poco::delegate(this, &ScriptHost::onRequest));
    _disconnected.set(wants(Function::disconnected), _events->disconnected,
                      Poco::delegate(this, &ScriptHost::onDisconnected));
}

void ScriptHost::reopen()
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (_output)
        _output->reopen();
}

void ScriptHost::onConnected(ConnectedArgs& args)
{
    if (args.rejected)
        return;
    const ScriptResult result = call({Function::connected, &args.client, nullptr, nullptr, nullptr});
    if (result.refuses)
        args.reject(*result.refuses);
}

void ScriptHost::onRequest(RequestArgs& args)
{
    call({Function::request, &args.client, &args, nullptr, nullptr});
    const std::lock_guard<std::mutex> lock(_mutex);
    if (has(Function::response))
        args.whenAnswered(
            [this](const ResponseInfo& response) {
                call({Function::response, &response.client, nullptr, &response, nullptr});
            });
}

void ScriptHost::onDisconnected(DisconnectedArgs& args)
{
    call({Function::disconnected, &args.client, nullptr, nullptr, &args.reason});
}

ScriptResult ScriptHost::call(const ScriptCall& call)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (!has(call.function))
        return {};
    ScriptResult result = _script->call(call);
    if (result.error)
        tellError(*result.error);
    return result;
}

/// A script that fails would do so for each request; that is told once a second.
void ScriptHost::tellError(const std::string& error)
{
    const auto before = _errors.admit("", _clock.now());
    if (before)
        _log.failure(LogScope::server, "ScriptError",
                     error + (*before > 0 ? " (" + std::to_string(*before) + " more since the last record)" : ""));
}

void ScriptHost::log(std::string_view text) noexcept
{
    _log.text(LogScope::server, LogLevel::info, "script: " + std::string(text));
}

/// Called with the lock, or while the script is loaded.
void ScriptHost::write(std::string_view text) noexcept
{
    if (_output)
        _output->log(Poco::Message("script", std::string(text), Poco::Message::PRIO_INFORMATION));
}

} // namespace proximux
