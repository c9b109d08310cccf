#pragma once

#include <app/DaemonStart.h>
#include <app/Demonstration.h>
#include <app/Reloader.h>
#include <app/ServiceManager.h>
#include <app/Services.h>
#include <app/Signals.h>
#include <app/Startup.h>
#include <app/TlsWatch.h>
#include <proximux/admin/AdminCommands.h>

#include <Poco/Util/ServerApplication.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

class Logging;
class ScriptHost;

/// The program. Command line and configuration are read and validated before POCO sees them, so that errors reach the
/// terminal even if the program is to become a daemon.
///
/// Exit codes: 0 ended as asked, 70 internal error (or failed demonstration), 71 operating-system error, 78
/// configuration error.
class ProximuxApplication : public Poco::Util::ServerApplication, private SignalListener, private AdminCommands
{
public:
    /// Runs the program with its arguments, its name first, and returns the exit code. Called once, from main(). Throws
    /// nothing.
    int runProgram(const std::vector<std::string>& arguments);

protected:
    int main(const std::vector<std::string>& args) override;

private:
    int runArguments(const std::vector<std::string>& arguments);
    int runServer(const std::vector<std::string>& arguments);
    int serve();
    int demonstrate();
    std::unique_ptr<Services> startedServices(bool& portWasTaken) const;
    int guarded(const std::function<int()>& work);
    int refused(int exitCode, const std::string& why);
    int logged(const std::function<int()>& work);
    [[nodiscard]] Reloader::Work reloads();
    ReloadResult reloadNow();
    ReloadResult reloadCertificatesNow();
    void ask(Reloader::What what, std::function<void(const Reload&)> done);
    ReloadResult reloadAll(std::vector<std::string>& notices);

    // SignalListener
    void drainAsked() override;
    void stopAsked() override;
    void reloadAsked() override;
    void reopenAsked() override;

    // AdminCommands
    [[nodiscard]] std::string configuration() const override;
    void addFacts(ProcessFacts& facts) const override;
    void reload(std::function<void(const Reload&)> done) override;
    void reloadCertificates(std::function<void(const Reload&)> done) override;
    void drain() override;
    void stop() override;
    void reopen() override;
    void setLogLevel(int level) override;

    ServiceManager _service;
    StartupResult _startup;
    std::atomic<bool> _isReloaded{true};
    std::atomic<bool> _areCertificatesGood{true}; ///< when they were read last
    TlsWatch _tlsWatch;
    std::atomic<std::int64_t> _configured{0};              ///< microseconds since 1970
    std::shared_ptr<const std::string> _configurationText; ///< since the last reload; null: there was none
    DaemonStart _daemonStart;
    Logging* _logging = nullptr;   ///< while it lives
    Services* _services = nullptr; ///< while Signals lives
    Reloader* _reloader = nullptr; ///< likewise
    ScriptHost* _script = nullptr; ///< likewise
};

} // namespace proximux
