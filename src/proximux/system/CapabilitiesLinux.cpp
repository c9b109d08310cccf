#include <proximux/system/Capabilities.h>

namespace proximux
{

bool hasEpoll()
{
    return true;
}

bool tellsMemory()
{
    return true;
}

} // namespace proximux
