#pragma once

#include <proximux/Endpoint.h>
#include <proximux/TlsSettings.h>
#include <proximux/net/Resolver.h>
#include <proximux/net/Shortage.h>
#include <proximux/net/loop/Reactor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// Why a connection could not be opened.
struct ConnectError
{
    int error = 0;       ///< errno; 0 if the name could not be resolved
    std::string code;    ///< "ECONNREFUSED", "ENOTFOUND"
    std::string syscall; ///< "connect", "getaddrinfo"
    std::string text;    ///< readable: the peer and the reason
    Endpoint peer;       ///< the address tried; for a failed look-up the name, with port 0; or the path
    std::string reason;
    bool ours = false; ///< caused by a local shortage of descriptors, ports or memory; says nothing about the peer
    std::optional<TlsReason> tls = std::nullopt; ///< it was the handshake of TLS
};

/// Receives the result of a Connector: exactly one call of connected() or connectFailed(), never from within start().
class ConnectListener
{
public:
    virtual ~ConnectListener() = default;

    virtual void connected(const Poco::Net::StreamSocket& socket) = 0;
    virtual void connectFailed(const ConnectError& error) = 0;

    /// The attempt waits for a local resource. Called when the wait begins, unless other connectors were waiting
    /// already.
    virtual void connectWaits(const ConnectError& error) { static_cast<void>(error); }
};

/// Opens one connection to an endpoint without blocking. Resolves the name in the resolver's threads, then tries its
/// addresses one after the other. Each gets an equal share of the time left until the deadline. An attempt that fails
/// for a local shortage of descriptors, ports or memory is retried when one is freed, and periodically, until the
/// deadline. A UNIX socket connects at once or fails at once; one whose accept queue is full is retried periodically.
/// Owned by its listener and used in the reactor's thread; destroying it cancels the attempt.
class Connector : public EventHandler
{
public:
    Connector(Reactor& reactor, Resolver& resolver, ConnectListener& listener);
    ~Connector() override;

    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;

    void start(const Endpoint& endpoint, Instant deadline);

    void readable() override {}
    void writable() override;
    bool hungUp() override { return false; }
    void faulted(const std::exception& exception) noexcept override;

private:
    void lookUp();
    void resolved(const Resolver::Result& result);
    void tryNext();
    void tryLocal();
    void succeed();
    void timedOut();
    void attemptFailed(int error);
    void passEnded();
    void wait();
    void tryAgain();
    [[nodiscard]] ConnectError lookUpError(int error, const std::string& why) const;
    [[nodiscard]] ConnectError connectError(int error) const;
    [[nodiscard]] ConnectError localError(const IoResult& result) const;
    void fail(const ConnectError& error);
    void release();
    void arm(Instant due, void (Connector::*method)());
    void disarm();
    [[nodiscard]] Reactor::Call whileAlive(void (Connector::*method)());

    Reactor& _reactor;
    Resolver& _resolver;
    ConnectListener& _listener;
    Endpoint _endpoint;
    Instant _deadline;
    std::vector<Poco::Net::SocketAddress> _addresses;
    std::size_t _next = 0;                          ///< index of the next address
    std::vector<Poco::Net::SocketAddress> _untried; ///< addresses that a local shortage kept from being tried
    ConnectError _shortage;                         ///< of the last of these
    ConnectError _error;                            ///< of the last attempt
    Shortage::Ticket _ticket = 0;                   ///< while waiting
    Poco::Net::StreamSocket _socket;
    Reactor::Registration _registration;
    Reactor::TimerId _timer{};
    bool _timed = false;
    bool _waiting = false;        ///< for a local resource
    bool _waited = false;         ///< has waited at least once
    bool _ended = false;          ///< the listener was called
    std::shared_ptr<bool> _alive; ///< lets a deferred call detect that this object is gone
};

} // namespace proximux
