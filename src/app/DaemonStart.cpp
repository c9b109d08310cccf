#include <app/DaemonStart.h>

#include <Poco/Util/Application.h>

namespace proximux
{

DaemonStart::~DaemonStart()
{
    report(Poco::Util::Application::EXIT_SOFTWARE, "the daemon ended during its start");
}

void DaemonStart::succeeded()
{
    report(Poco::Util::Application::EXIT_OK, {});
}

void DaemonStart::failed(int exitCode, const std::string& message)
{
    report(exitCode, message);
}

} // namespace proximux
