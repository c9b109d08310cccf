#pragma once

#include <app/Demonstration.h>
#include <app/Signals.h>
#include <app/Startup.h>
#include <proximux/proxy/Proxy.h>

#include <Poco/Platform.h>
#include <Poco/Util/ServerApplication.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

class Logging;

/// The program. What is on the command line and in the configuration is read and checked before POCO sees anything of
/// it, so that a mistake is told to the terminal also where the program would go on as a daemon.
///
/// Exit codes: 0 ended as asked, 70 an unexpected exception (or a failed demonstration), 71 the system refused, 78 a
/// mistake in the configuration.
class ProximuxApplication : public Poco::Util::ServerApplication, private SignalListener
{
public:
    using ServerApplication::run;

    /// From main(), once. Throws nothing.
    int run(int argc, char** argv);
#if defined(POCO_OS_FAMILY_WINDOWS)
    int run(int argc, wchar_t** argv);
#endif

protected:
    int main(const std::vector<std::string>& args) override;

private:
    int runArguments(const std::vector<std::string>& args);
    int serve();
    int demonstrate();
    std::unique_ptr<Proxy> startedProxy(bool& portWasTaken) const;
    static int guarded(const std::function<int()>& work);
    int logged(const std::function<int()>& work);

    // SignalListener
    void drainAsked() override;
    void stopAsked() override;
    void reloadAsked() override;
    void reopenAsked() override;

    StartupResult _startup;
    Logging* _logging = nullptr; ///< while it lives
    Proxy* _proxy = nullptr;     ///< while Signals lives
};

} // namespace proximux
