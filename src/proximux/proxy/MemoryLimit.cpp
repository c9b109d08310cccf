#include <proximux/proxy/MemoryLimit.h>

namespace proximux
{

namespace
{

constexpr Duration MEASURED = Duration::milliseconds(100);
constexpr Duration RELEASED = Duration::seconds(1);

} // namespace

bool MemoryLimit::isExceeded(Instant now)
{
    if (!isOn() || now < _next)
        return isOn() && _exceeded;
    _next = now + MEASURED;
    _exceeded = measure();
    if (_exceeded && now >= _nextRelease)
    {
        _nextRelease = now + RELEASED;
        _release();
        _exceeded = measure();
    }
    return _exceeded;
}

} // namespace proximux
