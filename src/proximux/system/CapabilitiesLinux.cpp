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

bool hasAbstractSockets()
{
    return true;
}

bool tellsPeers()
{
    return true;
}

} // namespace proximux
