#include <proximux/net/loop/Poller.h>

#include <algorithm>
#include <limits>

namespace proximux
{

int Poller::milliseconds(std::int64_t microseconds)
{
    if (microseconds < 0)
        return -1;
    return static_cast<int>(std::min<std::int64_t>((microseconds + 999) / 1000, std::numeric_limits<int>::max()));
}

} // namespace proximux
