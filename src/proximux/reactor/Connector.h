#pragma once

#include <proximux/reactor/Reactor.h>
#include <proximux/reactor/Resolver.h>
#include <proximux/reactor/Shortage.h>
#include <proximux/wire/Endpoint.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// Why a connection could not be had.
struct ConnectError
{
    int error = 0;       ///< the system's number; 0 where the name could not be resolved
    std::string code;    ///< "ECONNREFUSED", "ENOTFOUND"
    std::string syscall; ///< "connect", "getaddrinfo"
    std::string text;    ///< for people: the peer and the reason
    Endpoint peer;       ///< the address that was tried; with port 0 the name that could not be resolved
    std::string reason;
    bool ours = false; ///< for lack of a descriptor, a port or memory: it says nothing about the peer
};

/// Hears how a Connector fared; exactly one of the first two, never from inside start().
class ConnectListener
{
public:
    virtual ~ConnectListener() = default;

    virtual void connected(const Poco::Net::StreamSocket& socket) = 0;
    virtual void connectFailed(const ConnectError& error) = 0;

    /// No attempt can be made now for lack of something of ours; told when the waiting begins, where nobody else waits.
    virtual void connectWaits(const ConnectError& error) { static_cast<void>(error); }
};

/// Opens one connection to an endpoint without blocking: resolves the name in the resolver's threads, then tries its
/// addresses one after the other. Each has an equal share of the time that is left until the deadline. What could not
/// be tried for lack of a descriptor, a port or memory of ours is tried again when somebody gave one back, and now and
/// then, until the deadline.
/// Owned by whoever listens, used in the reactor's thread; destroying it gives the attempt up.
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
    void timedOut();
    void attemptFailed(int error);
    void passEnded();
    void wait();
    void tryAgain();
    [[nodiscard]] ConnectError lookUpError(int error, const std::string& why) const;
    [[nodiscard]] ConnectError connectError(int error) const;
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
    std::size_t _next = 0;                          ///< address to be tried
    std::vector<Poco::Net::SocketAddress> _untried; ///< those for which something of ours was short
    ConnectError _shortage;                         ///< of the last of them
    ConnectError _error;                            ///< of the last attempt
    Shortage::Ticket _ticket = 0;                   ///< while waiting
    Poco::Net::StreamSocket _socket;
    Reactor::Registration _registration;
    Reactor::TimerId _timer{};
    bool _timed = false;
    bool _waiting = false;        ///< for something of ours
    bool _waited = false;         ///< once at least
    bool _ended = false;          ///< the listener was told
    std::shared_ptr<bool> _alive; ///< lets a call that comes later find out that this is gone
};

} // namespace proximux
