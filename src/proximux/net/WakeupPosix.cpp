#include <proximux/net/Sockets.h>

#include <Poco/Exception.h>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace proximux::sockets
{

Wakeup::Wakeup()
    : _receiving(-1)
    , _sending(-1)
{
    int ends[2];
    if (::pipe(ends) != 0)
        throw Poco::IOException("pipe: " + errorText(errno), errno);
    for (const int end : ends)
    {
        ::fcntl(end, F_SETFL, O_NONBLOCK);
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
    }
    _receiving = ends[0];
    _sending = ends[1];
}

Wakeup::~Wakeup()
{
    ::close(_receiving);
    ::close(_sending);
}

void Wakeup::wake()
{
    const char byte = 0;
    // a full pipe wakes as well
    [[maybe_unused]] const ssize_t n = ::write(_sending, &byte, 1);
}

void Wakeup::clear()
{
    std::array<char, 64> bytes;
    while (::read(_receiving, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()))
    {
    }
}

} // namespace proximux::sockets
