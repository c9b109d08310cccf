#pragma once

#include <proximux/wire/Bytes.h>
#include <proximux/wire/KeepAlive.h>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// What became of one read, write, connect or accept.
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
    int error = 0; ///< the system's number
};

class PlainTransport;

/// The system's socket calls: non-blocking, without exceptions and without signals. What differs between systems is
/// in SocketsPosix.cpp and its like, and nowhere else.
namespace sockets
{

IoResult receive(poco_socket_t socket, char* into, std::size_t size);
IoResult send(poco_socket_t socket, Bytes bytes);

/// What receive() would say, for one byte, which stays where it is.
IoResult peek(poco_socket_t socket);
void shutdownSend(poco_socket_t socket);

/// The next close() sends RST and frees the connection at once.
void resetOnClose(poco_socket_t socket);

/// Sets them. Of a listening socket the clients that it accepts inherit them.
void setOptions(poco_socket_t socket, const SocketOptions& options);

/// What the system says is set; what it can't be asked for is off.
SocketOptions options(poco_socket_t socket);

/// Acknowledges what came without the delay that it may have, where the system can be told so (Linux).
void acknowledge(poco_socket_t socket);

/// The error that is pending on a socket, or 0. Takes it away.
int takeError(poco_socket_t socket);

/// Takes a waiting client. The socket is non-blocking, sends without delay and is not inherited by other programs. Its
/// handle has this one owner, so that it can be given to another thread.
struct Accepted
{
    IoResult result;
    std::unique_ptr<PlainTransport> transport;
    Poco::Net::SocketAddress peer;
};
Accepted accept(Poco::Net::ServerSocket& listener);

/// Whether a failed accept() means that there are no descriptors or no memory left.
bool isExhausted(int error);

/// Whether a failed connect() means that we have no descriptor, no port or no memory for it, so that it says nothing
/// about whom we wanted to connect to.
bool isShortage(int error, const Poco::Net::SocketAddress& address);

/// Raises the soft limit of descriptors to the hard one, as far as the system lets us.
void raiseDescriptorLimit();

/// How many descriptors this process may have, and how many it has.
struct Descriptors
{
    std::size_t limit = 0; ///< 0: nothing limits them
    std::size_t open = 0;
};
Descriptors descriptors();

/// Whether a failed accept() concerns one client alone, which is gone, and the next may be taken.
bool isTransientAcceptError(int error);

/// Makes a listening socket non-blocking, not inherited by other programs, and its clients send without delay.
void prepareListener(Poco::Net::ServerSocket& listener);

/// Begins to connect. wouldBlock: it is under way, and the socket becomes writable when it is decided.
struct Connecting
{
    IoResult result;
    Poco::Net::StreamSocket socket;
};
Connecting connect(const Poco::Net::SocketAddress& address);

/// Every address of a host, in the order of the system's preference. Blocks. On failure the list is empty and `why`
/// says why; shortage, where given: the error if it is one of ours, no descriptor or no memory, else 0. A numeric host
/// takes no time.
std::vector<Poco::Net::SocketAddress> lookUp(const std::string& host, std::uint16_t port, std::string& why,
                                             int* shortage = nullptr);

/// The address if the host is numeric; never blocks.
std::vector<Poco::Net::SocketAddress> parseNumeric(const std::string& host, std::uint16_t port);

/// What an error that was found while reading came of, "read" or "write": Linux tells a failed write that way, too,
/// where the peer had sent FIN before it reset.
const char* failedCall(int error);

/// The error's symbolic name ("ECONNRESET") and its text ("Connection reset by peer").
std::string errorName(int error);
std::string errorText(int error);
extern const int TIMED_OUT;

/// Wakes a poller from another thread.
class Wakeup
{
public:
    Wakeup();
    ~Wakeup();

    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    /// Becomes readable by wake(); any thread.
    [[nodiscard]] poco_socket_t handle() const { return _receiving; }
    void wake();

    /// Makes it unreadable again.
    void clear();

private:
    poco_socket_t _receiving;
    poco_socket_t _sending;
};

} // namespace sockets

} // namespace proximux
