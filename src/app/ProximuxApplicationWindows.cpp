#include <app/ProximuxApplication.h>

namespace proximux
{

/// What POCO does beyond that on Windows is done by ServiceControl.
int ProximuxApplication::runServer(const std::vector<std::string>& arguments)
{
    init(arguments);
    return ServerApplication::run();
}

} // namespace proximux
