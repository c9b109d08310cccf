#pragma once

#include <proximux/net/Tls.h>
#include <proximux/net/loop/Reactor.h>

#include <memory>

namespace proximux
{

/// Receives the result of a TlsHandshake: exactly one call, never from within start().
class TlsListener
{
public:
    virtual ~TlsListener() = default;

    /// The transport is ready to be used.
    virtual void secured(std::unique_ptr<TlsTransport> transport) = 0;
    virtual void handshakeFailed(const TlsFailure& failure) = 0;
};

/// Drives the handshake of one connection until it is done, has failed or has taken too long. Of all handshakes of a
/// reactor one goes a step on in each turn, since a step takes as long as hundreds of messages. Owned by its listener
/// and used in the reactor's thread; destroying it closes the connection.
class TlsHandshake : public EventHandler
{
public:
    TlsHandshake(Reactor& reactor, std::unique_ptr<TlsTransport> transport, TlsListener& listener);
    ~TlsHandshake() override;

    TlsHandshake(const TlsHandshake&) = delete;
    TlsHandshake& operator=(const TlsHandshake&) = delete;

    void start(Instant deadline);

    void readable() override { await(); }
    void writable() override { await(); }
    bool hungUp() override { return false; }
    void faulted(const std::exception& exception) noexcept override;

private:
    void await();
    void goOn();
    void fail(const TlsFailure& failure);
    void release();

    Reactor& _reactor;
    std::unique_ptr<TlsTransport> _transport; ///< until it is handed over
    TlsListener& _listener;
    Reactor::Registration _registration;
    Reactor::TimerId _timer{};
    bool _timed = false;
    std::shared_ptr<bool> _alive; ///< lets a deferred call detect that this object is gone
};

} // namespace proximux
