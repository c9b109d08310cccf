#pragma once

#include <proximux/net/Tls.h>
#include <proximux/net/loop/Reactor.h>
#include <proximux/protocol/TlsStart.h>

#include <memory>
#include <string>

namespace proximux
{

/// Receives the result of a TargetTlsStart: exactly one call, never from within start().
class TargetTlsStartListener
{
public:
    virtual ~TargetTlsStartListener() = default;

    /// TLS begins now (TlsStep::Kind::secure), or the connection can be used (open). The conversation goes on where it
    /// is not over.
    virtual void begun(std::unique_ptr<Transport> transport, std::unique_ptr<TlsStart> start, const TlsStep& step) = 0;
    virtual void notBegun(const TlsFailure& failure) = 0;
};

/// Talks to a new target until it has agreed to TLS, or clients are to talk to it. Owned by its listener and used in
/// the reactor's thread; destroying it closes the connection.
class TargetTlsStart : public EventHandler
{
public:
    TargetTlsStart(Reactor& reactor, std::unique_ptr<Transport> transport, std::unique_ptr<TlsStart> start,
                   TargetTlsStartListener& listener);
    ~TargetTlsStart() override;

    TargetTlsStart(const TargetTlsStart&) = delete;
    TargetTlsStart& operator=(const TargetTlsStart&) = delete;

    void start(Instant deadline);

    void readable() override;
    void writable() override;
    bool hungUp() override { return false; }
    void faulted(const std::exception& exception) noexcept override;

private:
    void fail(const TlsFailure& failure);
    void failSystem(int error);
    void release();

    Reactor& _reactor;
    std::unique_ptr<Transport> _transport; ///< until it is handed over
    std::unique_ptr<TlsStart> _start;
    TargetTlsStartListener& _listener;
    Reactor::Registration _registration;
    Reactor::TimerId _timer{};
};

} // namespace proximux
