#include <proximux/system/Capabilities.h>

namespace proximux
{

bool hasEpoll()
{
    return true;
}

} // namespace proximux
