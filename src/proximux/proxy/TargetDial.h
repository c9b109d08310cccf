#pragma once

#include <proximux/Configuration.h>
#include <proximux/net/Connector.h>
#include <proximux/net/TlsHandshake.h>
#include <proximux/proxy/TargetTlsStart.h>

#include <memory>
#include <optional>
#include <string>

namespace proximux
{

/// A connection that was opened.
struct Dialled
{
    std::unique_ptr<Transport> transport; ///< ready to be used, behind a handshake where there was one
    std::unique_ptr<TlsStart> start;      ///< TLS begins later, with what clients say; null: not so
    std::string said;                     ///< what the target has said until then
};

/// Receives the result of a TargetDial: exactly one call of connected() or connectFailed(), never from within start().
class DialListener
{
public:
    virtual ~DialListener() = default;

    virtual void connected(Dialled dialled) = 0;
    virtual void connectFailed(const ConnectError& error) = 0;

    /// See ConnectListener.
    virtual void connectWaits(const ConnectError& error) { static_cast<void>(error); }
};

/// How TLS is spoken on a new connection, where it is.
struct TlsPlan
{
    bool isStrict = true;            ///< the end without close_notify is a failure, not an end
    std::unique_ptr<TlsStart> start; ///< begins it inside of the protocol; null: it begins with the connection
};

/// What is told of a handshake with this target that has failed.
ConnectError tlsErrorOf(const TargetSettings& target, const TlsFailure& failure);

/// Opens a connection to a target as its settings say, TLS included. Owned by its listener and used in the reactor's
/// thread; destroying it cancels the attempt.
///
///     Connector --connected()--> PROXY header --> TlsHandshake --secured()--> the listener
///                                     |                ^
///                                     +--> TargetTlsStart, where TLS begins inside of the protocol
///                                     | without TLS      | once clients speak
///                                     v                  v
///                                the listener       the listener
class TargetDial : private ConnectListener, private TlsListener, private TargetTlsStartListener
{
public:
    TargetDial(Reactor& reactor, Resolver& resolver, DialListener& listener);

    /// header: the PROXY header; nothing: that of a connection of our own, if the settings want one.
    void start(const std::shared_ptr<const TargetSettings>& target, std::optional<std::string> header, TlsPlan plan,
               Instant deadline);

private:
    void connected(const Poco::Net::StreamSocket& socket) override;
    void connectFailed(const ConnectError& error) override { _listener.connectFailed(error); }
    void connectWaits(const ConnectError& error) override { _listener.connectWaits(error); }
    void secured(std::unique_ptr<TlsTransport> transport) override
    {
        _listener.connected({std::move(transport), nullptr, ""});
    }
    void handshakeFailed(const TlsFailure& failure) override;
    void begun(std::unique_ptr<Transport> transport, std::unique_ptr<TlsStart> start, const TlsStep& step) override;
    void notBegun(const TlsFailure& failure) override { handshakeFailed(failure); }
    void secure(std::unique_ptr<Transport> plain);

    Reactor& _reactor;
    DialListener& _listener;
    std::shared_ptr<const TargetSettings> _target;
    std::optional<std::string> _header;
    TlsPlan _plan;
    Instant _deadline;
    Connector _connector;
    std::unique_ptr<TargetTlsStart> _start;   ///< once connected
    std::unique_ptr<TlsHandshake> _handshake; ///< likewise
};

} // namespace proximux
