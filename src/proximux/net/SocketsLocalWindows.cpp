#include <proximux/net/SocketsLocal.h>

#include <Poco/Exception.h>

#include <utility>

#include <winsock2.h>

namespace proximux::sockets
{

LocalListener::LocalListener(std::string path, unsigned, int)
    : _path(std::move(path))
{
    throw Poco::IOException("cannot listen on unix:" + _path + ": this system has no UNIX sockets", WSAEAFNOSUPPORT);
}

LocalListener::~LocalListener() = default;

Connecting connectLocal(const std::string&)
{
    return {{IoResult::Kind::failed, 0, WSAEAFNOSUPPORT}, {}};
}

} // namespace proximux::sockets
