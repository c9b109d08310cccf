#pragma once

#include <proximux/Configuration.h>
#include <proximux/net/Connector.h>
#include <proximux/net/TlsHandshake.h>

#include <memory>
#include <optional>
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
///     Connector --connected()--> PROXY header --> TlsHandshake --secured()--> the listener
///                                     | without TLS
///                                     v
///                                the listener
class TargetDial : private ConnectListener, private TlsListener
{
public:
    TargetDial(Reactor& reactor, Resolver& resolver, DialListener& listener);

    /// header: the PROXY header; nothing: that of a connection of our own, if the settings want one. strict: the end
    /// without close_notify is a failure, not an end.
    void start(const std::shared_ptr<const TargetSettings>& target, std::optional<std::string> header, bool strict,
               Instant deadline);

private:
    void connected(const Poco::Net::StreamSocket& socket) override;
    void connectFailed(const ConnectError& error) override { _listener.connectFailed(error); }
    void connectWaits(const ConnectError& error) override { _listener.connectWaits(error); }
    void secured(std::unique_ptr<TlsTransport> transport) override { _listener.connected(std::move(transport)); }
    void handshakeFailed(const TlsFailure& failure) override;
    [[nodiscard]] ConnectError errorOf(int error, const std::string& code, const char* syscall,
                                       const std::string& reason) const;

    Reactor& _reactor;
    DialListener& _listener;
    std::shared_ptr<const TargetSettings> _target;
    std::optional<std::string> _header;
    bool _strict = true;
    Instant _deadline;
    Connector _connector;
    std::unique_ptr<TlsHandshake> _handshake; ///< once connected
};

} // namespace proximux
