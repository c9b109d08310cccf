#pragma once

#include <proximux/Events.h>
#include <proximux/base/LiveValue.h>
#include <proximux/exchange/Exchange.h>
#include <proximux/net/Connection.h>
#include <proximux/protocol/watch/Watcher.h>
#include <proximux/proxy/AddressLimits.h>
#include <proximux/proxy/ClientTlsStart.h>
#include <proximux/telemetry/ConnectionTally.h>

#include <memory>

namespace proximux
{

/// One client connection; reports what the client does to its Exchange. Owned by its Worker.
class ClientSession : public Connection
{
public:
    /// bytesIn: counts the bytes of all clients of its Worker.
    ClientSession(Reactor& reactor, Scratch& scratch, Exchange& exchange, LiveValue& bytesIn, ClientInfo info)
        : Connection(reactor, scratch)
        , _exchange(exchange)
        , _bytesIn(bytesIn)
        , _info(std::move(info))
    {
    }

    /// TLS begins inside of the protocol, as this says. Call it before open().
    void setStart(std::unique_ptr<ClientTlsStart> start) { _start = std::move(start); }

    /// The client has a target: from now on the time runs until which TLS has to have begun, if it may.
    void beginStart();

    /// Limits one read to `bytes`; while TLS may be asked for, it is limited to that.
    void limit(std::size_t bytes);

    /// What the client has said before it was one.
    void hear(Bytes said) { received(said); }

    /// Call it before open().
    void setId(ClientId id) { _id = id; }

    /// Where the limits have its address.
    void setPlace(AddressLimits::Place place) { _place = place; }
    [[nodiscard]] AddressLimits::Place place() const { return _place; }

    [[nodiscard]] const ClientInfo& info() const { return _info; }

    /// Its Worker fills in all but the bytes that arrive.
    [[nodiscard]] ConnectionTally& tally() { return _tally; }

    /// Whether bytes of the client have arrived.
    [[nodiscard]] bool hasSent() const { return _tally.bytesIn > 0; }

    /// Takes ownership of the listener of this session's watcher, for the life of the session.
    void setListener(std::unique_ptr<WatchListener> listener) { _listener = std::move(listener); }

protected:
    void received(Bytes bytes) override
    {
        _tally.bytesIn += bytes.size();
        _bytesIn += bytes.size();
        if (_start)
            return receivedInStart(bytes);
        _exchange.request(_id, bytes, reactor().now());
    }
    void ended() override { _exchange.clientEnded(_id, reactor().now()); }
    void sent(std::size_t waiting) override { _exchange.clientSent(_id, waiting, reactor().now()); }
    void lost(int, const char*) override
    {
        _tally.isLost = true;
        _exchange.clientLost(_id, reactor().now());
    }
    void broken() override { _exchange.clientFaulted(_id, reactor().now()); }
    void handshakeDone(const TlsTransport& transport) override;
    void securingFailed(const TlsFailure& failure) override;

    /// Input that is still unread after a client's reset is useless.
    [[nodiscard]] bool isReadToTheEnd() const override { return false; }

private:
    void receivedInStart(Bytes bytes);
    void endStart();
    void refuse(const TlsFailure& failure);

    Exchange& _exchange;
    LiveValue& _bytesIn;
    ClientId _id;
    ClientInfo _info;
    AddressLimits::Place _place = AddressLimits::NOWHERE;
    ConnectionTally _tally;
    std::unique_ptr<WatchListener> _listener;
    std::unique_ptr<ClientTlsStart> _start; ///< until TLS has begun inside of the protocol, or does not
};

} // namespace proximux
