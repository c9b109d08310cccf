#pragma once

#include <proximux/wire/Bytes.h>
#include <proximux/wire/Instant.h>

#include <Poco/BasicEvent.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// A Poco::BasicEvent that knows without a lock whether anybody listens: one without a listener costs one test of a
/// flag. Add and remove delegates with += and -= of this type; from any thread.
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

/// Who a client is.
struct ClientInfo
{
    std::string address; ///< numeric, as the socket says it: an IPv4 client of an IPv6 listener is ::ffff:a.b.c.d
    std::uint16_t port = 0;
    std::uint64_t number = 0; ///< counts clients from 1
};

/// Raised before anything is done for a client. A listener refuses it by reject() or by throwing.
struct ConnectedArgs
{
    const ClientInfo& client;
    std::optional<std::string> rejected;

    void reject(const std::string& reason) { rejected = reason; }
};

/// How an exchange ended.
struct ResponseInfo
{
    const ClientInfo& client;
    std::size_t target;         ///< number from 1; 0: it was never sent
    Bytes text;                 ///< readable form of the request, any byte value may be in it
    std::uint64_t requestSize;  ///< bytes
    std::uint64_t responseSize; ///< bytes
    Duration firstByte; ///< from the request's last byte (fifo, funnel: from its being sent) to the response's first
    Duration whole;     ///< likewise, to the response's last
    bool failed;        ///< no whole response
    Duration queued{};  ///< fifo, funnel: from the request's last byte to its being sent
    const char* reason = ""; ///< fifo, funnel: why it failed
};

/// Raised for each request: each message where exchange.protocol knows them, else each piece of bytes as it came.
struct RequestArgs
{
    const ClientInfo& client;
    std::size_t target; ///< number from 1; 0 in fifo and funnel, where it is not known yet
    Bytes bytes;        ///< the first exchange.request_buffer bytes; empty where it holds secrets
    std::uint64_t size; ///< all its bytes
    Bytes text;         ///< short readable form

    /// For a listener that wants to hear of the response or of the failure: called once, in the reactor's thread. Never
    /// for what has no response of its own: a command that is not answered, and a piece that continues a request.
    void whenAnswered(std::function<void(const ResponseInfo&)> listener) { listeners.push_back(std::move(listener)); }

    std::vector<std::function<void(const ResponseInfo&)>> listeners; ///< what whenAnswered() collected
};

/// Raised when a client that was not refused is gone.
struct DisconnectedArgs
{
    const ClientInfo& client;
    std::string reason;
};

/// Raised when a target connection opened (targetConnected) or was lost or could not be opened (targetLost).
struct TargetArgs
{
    std::size_t target; ///< number from 1
    std::string reason; ///< empty where it opened
};

/// Raised when a client was turned away because local.max_connections are there.
struct DroppedArgs
{
    const ClientInfo& client;
};

/// The events of a Proxy. Whoever begins to listen to `request` hears of the clients that connect from then on. Raised
/// synchronously in the reactor's thread that has the client; a listener must not block. What a listener throws is
/// caught and logged, and never harms another client.
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
