#include <proximux/net/SocketsLocal.h>

#include <Poco/Exception.h>

#include <utility>

#include <winsock2.h>

namespace proximux::sockets
{

LocalListener::LocalListener(std::string path, const LocalAccess&, int)
    : _path(std::move(path))
{
    throw Poco::IOException("cannot listen on unix:" + _path + ": this system has no UNIX sockets", WSAEAFNOSUPPORT);
}

LocalListener::~LocalListener() = default;

void LocalListener::permit(const LocalAccess&) const {}

Connecting connectLocal(const std::string&)
{
    return {{IoResult::Kind::failed, 0, WSAEAFNOSUPPORT}, {}};
}

Connecting beginLocal(const std::string& path)
{
    return connectLocal(path);
}

std::optional<std::string> listeningPath(poco_socket_t)
{
    return std::nullopt;
}

} // namespace proximux::sockets
