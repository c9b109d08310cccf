#include <app/NotifySocket.h>

namespace proximux
{

NotifySocket::NotifySocket(const std::string&) {}

NotifySocket::~NotifySocket() = default;

bool NotifySocket::send(const std::string&) const
{
    return false;
}

void NotifySocket::forget(const char*) {}

} // namespace proximux
