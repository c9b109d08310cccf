#include <proximux/system/Capabilities.h>

namespace proximux
{

bool hasEpoll()
{
    return false;
}

bool tellsMemory()
{
    return false;
}

} // namespace proximux
