#pragma once

#include <app/LogWriter.h>
#include <app/Script.h>
#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Log.h>
#include <proximux/net/loop/Clock.h>
#include <proximux/telemetry/Listening.h>
#include <proximux/telemetry/RecordLimiter.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace proximux
{

/// Tells the script of a configuration what happens, and refuses the clients that it refuses. An error of the script is
/// logged and has no other effect. Listens only for what the script has a function for. Any thread; threads take turns
/// in the script.
class ScriptHost : private ScriptOutside
{
public:
    /// A script that was loaded and not used yet, with what it writes to.
    struct Prepared
    {
        std::unique_ptr<Script> script; ///< null: there is none
        LogWriter::Ptr output;          ///< null: script.output is not set
    };

    /// Loads the script of a configuration. Throws ScriptMistake.
    [[nodiscard]] Prepared prepare(const Configuration& configuration);

    /// It is in force from now on.
    void use(Prepared prepared);

    /// From whom it hears. Call it once, before any event is raised. The script host must outlive them.
    void attach(Events& events);

    /// Opens script.output anew.
    void reopen();

    /// Throws as prepare() does; what the script does while it is loaded has no effect.
    static void check(const Configuration& configuration);

    // listeners
    void onConnected(ConnectedArgs& args);
    void onRequest(RequestArgs& args);
    void onDisconnected(DisconnectedArgs& args);

private:
    void log(std::string_view text) noexcept override;
    void write(std::string_view text) noexcept override;
    void listen();
    [[nodiscard]] bool has(ScriptCall::Function function) const { return _script && _script->has(function); }
    ScriptResult call(const ScriptCall& call);
    void tellError(const std::string& error);

    const Log _log{true};
    const SteadyClock _clock{};
    Events* _events = nullptr;
    Listening _connected;
    Listening _requests; ///< and their responses
    Listening _disconnected;
    std::mutex _mutex;               ///< guards the members below
    std::unique_ptr<Script> _script; ///< null: there is none
    LogWriter::Ptr _output;          ///< null: there is none
    RecordLimiter _errors;
};

} // namespace proximux
