#pragma once

#include <proximux/Configuration.h>
#include <proximux/net/Connector.h>
#include <proximux/net/TlsHandshake.h>

#include <memory>
#include <string>

namespace proximux
{

/// Receives the result of a TargetDial: exactly one call of connected() or connectFailed(), never from within start().
class DialListener
{
public:
    virtual ~DialListener() = default;

    /// The transport is ready to be used, behind a handshake where there is one.
    virtual void connected(std::unique_ptr<Transport> transport) = 0;
    virtual void connectFailed(const ConnectError& error) = 0;

    /// See ConnectListener.
    virtual void connectWaits(const ConnectError& error) { static_cast<void>(error); }
};

/// Whether a target that ends its connection without close_notify of TLS has cut something off: where a message may
/// end with the connection.
bool maybeTruncated(const Configuration& configuration);

/// Opens a connection to a target as its settings say, TLS included. Owned by its listener and used in the reactor's
/// thread; destroying it cancels the attempt.
///
///     Connector --connected()--> TlsHandshake --secured()--> the listener
///                     | without TLS
///                     v
///               the listener
class TargetDial : private ConnectListener, private TlsListener
{
public:
    TargetDial(Reactor& reactor, Resolver& resolver, DialListener& listener);

    /// strict: the end without close_notify is a failure, not an end.
    void start(const TargetSettings& target, bool strict, Instant deadline);

private:
    void connected(const Poco::Net::StreamSocket& socket) override;
    void connectFailed(const ConnectError& error) override { _listener.connectFailed(error); }
    void connectWaits(const ConnectError& error) override { _listener.connectWaits(error); }
    void secured(std::unique_ptr<Transport> transport) override { _listener.connected(std::move(transport)); }
    void handshakeFailed(const TlsFailure& failure) override;

    Reactor& _reactor;
    DialListener& _listener;
    Endpoint _endpoint;
    SocketOptions _options;
    bool _secure = false;
    bool _strict = true;
    std::shared_ptr<TlsContext> _tls;
    Instant _deadline;
    Connector _connector;
    std::unique_ptr<TlsHandshake> _handshake; ///< once connected
};

} // namespace proximux
