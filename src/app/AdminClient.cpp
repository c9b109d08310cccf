#include <app/AdminClient.h>

#include <proximux/config/Values.h>
#include <proximux/net/SocketsLocal.h>

#include <Poco/Net/SocketDefs.h>
#include <Poco/Util/Application.h>

#include <optional>

namespace proximux
{

namespace
{

using Poco::Util::Application;

AdminAnswer connectFailed(const std::string& path, int error)
{
    const bool isForbidden = error == POCO_EACCES;
    return {isForbidden ? Application::EXIT_NOPERM : Application::EXIT_UNAVAILABLE, "",
            path + ": " + sockets::errorText(error) +
                (isForbidden ? "" : "; no proxy has this socket in admin.listen")};
}

/// All that the proxy answers; nothing if the connection failed.
std::optional<std::string> exchange(poco_socket_t socket, const std::string& line)
{
    for (Bytes left = line; !left.empty();)
    {
        const IoResult result = sockets::send(socket, left);
        if (result.kind != IoResult::Kind::done)
            return std::nullopt;
        left.remove_prefix(result.bytes);
    }
    std::string answer;
    std::string piece(65536, '\0');
    for (;;)
    {
        const IoResult result = sockets::receive(socket, piece.data(), piece.size());
        if (result.kind == IoResult::Kind::ended)
            return answer;
        if (result.kind != IoResult::Kind::done)
            return std::nullopt;
        answer.append(piece, 0, result.bytes);
    }
}

} // namespace

AdminAnswer askProxy(const std::string& path, const std::string& command)
{
    const sockets::Connecting connection = sockets::connectLocal(path);
    if (connection.result.kind != IoResult::Kind::done)
        return connectFailed(path, connection.result.error);
    const auto answer = exchange(connection.socket.impl()->sockfd(), "--code " + command + "\n");
    if (!answer)
        return {Application::EXIT_UNAVAILABLE, "", "the connection to the proxy was lost"};
    const std::size_t end = answer->find('\n'); // the first line is the exit code
    const auto code = values::integer(answer->substr(0, end));
    if (!code || end == std::string::npos)
        return {Application::EXIT_UNAVAILABLE, "", "the proxy gave no answer"};
    return {static_cast<int>(*code), answer->substr(end + 1), ""};
}

} // namespace proximux
