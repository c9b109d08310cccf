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

bool hasAbstractSockets()
{
    return false;
}

bool tellsPeers()
{
    return false;
}

} // namespace proximux
