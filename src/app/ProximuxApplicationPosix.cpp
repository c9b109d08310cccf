#include <app/ProximuxApplication.h>

namespace proximux
{

/// Becomes a daemon if the arguments say so.
int ProximuxApplication::runServer(const std::vector<std::string>& arguments)
{
    return ServerApplication::run(arguments);
}

} // namespace proximux
