#include <proximux/system/Capabilities.h>

namespace proximux
{

bool hasEpoll()
{
    return false;
}

} // namespace proximux
