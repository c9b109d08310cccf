#pragma once

#include <proximux/Bytes.h>
#include <proximux/Endpoint.h>
#include <proximux/KeepAlive.h>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// The result of one read, write, connect or accept.
struct IoResult
{
    enum class Kind
    {
        done,
        wouldBlock,
        ended, ///< the peer sent FIN
        failed
    };

    Kind kind = Kind::done;
    std::size_t bytes = 0;
    int error = 0; ///< errno; on Windows what WSAGetLastError() returned
};

class PlainTransport;

/// The system's socket calls: non-blocking, without exceptions and signals. All platform differences are in
/// SocketsPosix.cpp and SocketsWindows.cpp.
namespace sockets
{

IoResult receive(poco_socket_t socket, char* into, std::size_t size);
IoResult send(poco_socket_t socket, Bytes bytes);

/// The result that receive() would give for one byte, without consuming it.
IoResult peek(poco_socket_t socket);
void shutdownSend(poco_socket_t socket);

/// Makes the next close() send RST and free the connection at once.
void resetOnClose(poco_socket_t socket);

/// Sets the options. Clients inherit them from their listening socket.
void setOptions(poco_socket_t socket, const SocketOptions& options);

/// The options in force; those that the system does not report are off.
SocketOptions options(poco_socket_t socket);

/// Acknowledges received bytes without delay where the system allows it (Linux: TCP_QUICKACK).
void acknowledge(poco_socket_t socket);

/// The pending error of a socket, or 0. Clears it.
int takeError(poco_socket_t socket);

/// Accepts a client. Its socket is non-blocking, close-on-exec and sets TCP_NODELAY. It has exactly one owner, so it
/// can be passed to another thread.
struct Accepted
{
    IoResult result;
    std::unique_ptr<PlainTransport> transport;
    Poco::Net::SocketAddress peer; ///< 0.0.0.0:0 for one of a UNIX socket
};
Accepted accept(Poco::Net::ServerSocket& listener);

/// Whether a peer that was accepted is one of a UNIX socket.
bool isLocal(const Poco::Net::SocketAddress& peer);

/// The numeric address of a peer that was accepted; UNIX_HOST for one of a UNIX socket, whose port is 0.
std::string hostOf(const Poco::Net::SocketAddress& peer);

/// Whether the error means that descriptors or memory are exhausted.
bool isExhausted(int error);

/// Whether a failed connect() was caused by a local shortage of descriptors, ports or memory, and so says nothing about
/// the peer.
bool isShortage(int error, const Poco::Net::SocketAddress& address);

/// Raises the soft limit of descriptors to the hard limit, as far as the system allows.
void raiseDescriptorLimit();

/// The limit of descriptors of this process, and the number of open ones.
struct Descriptors
{
    std::size_t limit = 0; ///< 0: unlimited
    std::size_t open = 0;
};
Descriptors descriptors();

/// Whether a failed accept() concerns only that one client, so that the next can be accepted.
bool isTransientAcceptError(int error);

/// A socket bound to an address, which is to listen. Connections that an earlier process has left behind do not keep
/// its address; a socket that listens there does. Throws Poco::Exception with the system's error as code.
Poco::Net::ServerSocket boundListener(const Poco::Net::SocketAddress& address, bool ipv6Only);

/// What helps if the system refused to listen on a port; begins with a semicolon, or is empty.
std::string refusalHint(int error, std::uint16_t port);

/// Makes a listening socket non-blocking and close-on-exec, and sets TCP_NODELAY for its clients.
void prepareListener(Poco::Net::ServerSocket& listener);

/// The address of a listening TCP socket; nothing if the descriptor is something else.
std::optional<Poco::Net::SocketAddress> listeningAddress(poco_socket_t descriptor);

/// The addresses of both ends of a connected socket. A UNIX socket has UNIX_HOST and port 0; what the system does
/// not tell is empty.
struct Ends
{
    Endpoint here;
    Endpoint there;
};
Ends endsOf(poco_socket_t socket);

/// Transfers ownership of the descriptor of a listening socket to Poco.
Poco::Net::ServerSocket adoptListener(poco_socket_t descriptor);

/// Starts to connect. wouldBlock: in progress; the socket becomes writable when the result is known.
struct Connecting
{
    IoResult result;
    Poco::Net::StreamSocket socket;
};
Connecting connect(const Poco::Net::SocketAddress& address);

/// Resolves all addresses of a host, in the system's order of preference. Blocks, unless the host is numeric. On
/// failure the list is empty and `why` gives the reason. `shortage`, if given, receives the error if descriptors or
/// memory were exhausted, else 0.
std::vector<Poco::Net::SocketAddress> lookUp(const std::string& host, std::uint16_t port, std::string& why,
                                             int* shortage = nullptr);

/// The address if the host is numeric, else nothing; never blocks.
std::vector<Poco::Net::SocketAddress> parseNumeric(const std::string& host, std::uint16_t port);

/// The call, "read" or "write", that an error found while reading stems from. Linux reports a failed write this way,
/// too, if the peer had sent FIN before RST.
const char* failedCall(int error);

/// The error's symbolic name ("ECONNRESET") and its text ("Connection reset by peer").
std::string errorName(int error);
std::string errorText(int error);
extern const int TIMED_OUT;

/// A pipe that wakes a poller from another thread.
class Wakeup
{
public:
    Wakeup();
    ~Wakeup();

    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    /// Becomes readable through wake(), which may be called from any thread.
    [[nodiscard]] poco_socket_t handle() const { return _receiving; }
    void wake();

    /// Empties the pipe.
    void clear();

private:
    poco_socket_t _receiving;
    poco_socket_t _sending;
};

} // namespace sockets

} // namespace proximux
