#pragma once

#include <proximux/Bytes.h>
#include <proximux/ClientTls.h>
#include <proximux/Endpoint.h>
#include <proximux/Instant.h>
#include <proximux/PeerProcess.h>

#include <Poco/BasicEvent.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// A Poco::BasicEvent that knows without a lock whether it has listeners: without any, raising it costs one test of a
/// flag. Add and remove delegates with += and -= of this type, from any thread.
template <class Args>
class Event : public Poco::BasicEvent<Args>
{
public:
    void operator+=(const Poco::AbstractDelegate<Args>& delegate)
    {
        Poco::BasicEvent<Args>::operator+=(delegate);
        _heard.store(true, std::memory_order_release);
    }

    void operator-=(const Poco::AbstractDelegate<Args>& delegate)
    {
        Poco::BasicEvent<Args>::operator-=(delegate);
        _heard.store(!this->empty(), std::memory_order_release);
    }

    [[nodiscard]] bool isHeard() const { return _heard.load(std::memory_order_acquire); }

private:
    std::atomic<bool> _heard{false};
};

/// What a header of the PROXY protocol has told of a client (local.proxy_protocol). Texts may contain any bytes.
struct Announcement
{
    Endpoint via;                ///< who has sent the header: the peer of the socket
    std::string uniqueId;        ///< of the connection; empty: not told
    std::string authority;       ///< host name that the client has asked for, such as by SNI; empty: not told
    std::string alpn;            ///< protocol that was agreed on with TLS; empty: not told
    std::string tlsVersion;      ///< such as "TLSv1.3"; empty: no TLS, or not told
    std::string certificateName; ///< common name of the client's certificate; empty: not told
    std::string ssl;             ///< all that the header tells of TLS, as it stands there
};

/// Address and number of a client.
struct ClientInfo
{
    /// Numeric, as reported by the socket: an IPv4 client of an IPv6 listener is ::ffff:a.b.c.d; of a UNIX socket
    /// UNIX_HOST. Or as announced by a PROXY header; there "unix:" and a path stand for a UNIX socket.
    std::string address;
    std::uint16_t port = 0;               ///< of a UNIX socket 0
    std::uint64_t number = 0;             ///< counts clients from 1
    std::optional<PeerProcess> process{}; ///< of a UNIX socket, if the system tells it

    /// What a PROXY header has told; null: the address is that of the socket.
    std::shared_ptr<const Announcement> announced = nullptr;

    /// What the handshake of TLS has told (local.tls); null: there is none, or not yet, as with `connected`.
    std::shared_ptr<const ClientTls> tls = nullptr;
};

/// Raised when a client connects, before any other action. A listener refuses the client by reject() or by throwing.
struct ConnectedArgs
{
    const ClientInfo& client;
    std::optional<std::string> rejected;

    void reject(const std::string& reason) { rejected = reason; }
};

/// The outcome of one request.
struct ResponseInfo
{
    const ClientInfo& client;
    std::size_t target;         ///< number from 1; 0: the request was never sent
    Bytes text;                 ///< readable form of the request; may contain any byte value
    std::uint64_t requestSize;  ///< bytes
    std::uint64_t responseSize; ///< bytes
    Duration firstByte;      ///< from the request's last byte (fifo, funnel: from sending it) to the response's first
    Duration whole;          ///< likewise, to the response's last
    bool failed;             ///< no complete response
    Duration queued{};       ///< fifo, funnel: from the request's last byte until it was sent
    const char* reason = ""; ///< fifo, funnel: why it failed
};

/// Raised for each request: for each message if exchange.protocol delimits them, otherwise for each piece of bytes
/// received.
struct RequestArgs
{
    const ClientInfo& client;
    std::size_t target; ///< number from 1; 0 in fifo and funnel, where it is not known yet
    Bytes bytes;        ///< the first exchange.request_buffer bytes; empty if they contain secrets
    std::uint64_t size; ///< size of the whole request in bytes
    Bytes text;         ///< short readable form

    /// Registers a listener for the response or failure; it is called once, in the reactor's thread. It is never called
    /// for requests without a response of their own: unanswered commands, and pieces that continue a request.
    void whenAnswered(std::function<void(const ResponseInfo&)> listener) { listeners.push_back(std::move(listener)); }

    std::vector<std::function<void(const ResponseInfo&)>> listeners; ///< collected by whenAnswered()
};

/// Raised when a client that was not refused has disconnected.
struct DisconnectedArgs
{
    const ClientInfo& client;
    std::string reason;
};

/// Raised when a target connection opened (targetConnected), or was lost or could not be opened (targetLost).
struct TargetArgs
{
    std::size_t target; ///< number from 1
    std::string reason; ///< empty with targetConnected
};

/// Raised when a client is closed on arrival because local.max_connections is reached.
struct DroppedArgs
{
    const ClientInfo& client;
};

/// The events of a Proxy. Listeners to `request` receive events of clients that connect after they were added. Events
/// are raised synchronously in the client's reactor thread; a listener must not block. Exceptions thrown by a listener
/// are caught and logged, and do not affect other clients.
struct Events
{
    Event<ConnectedArgs> connected;
    Event<RequestArgs> request;
    Event<DisconnectedArgs> disconnected;
    Event<TargetArgs> targetConnected;
    Event<TargetArgs> targetLost;
    Event<DroppedArgs> dropped;
};

} // namespace proximux
