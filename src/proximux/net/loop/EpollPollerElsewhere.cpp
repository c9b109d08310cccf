#include <proximux/net/loop/Poller.h>

namespace proximux
{

std::unique_ptr<Poller> makeEpollPoller()
{
    return nullptr;
}

} // namespace proximux
