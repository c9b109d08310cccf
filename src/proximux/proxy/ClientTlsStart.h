#pragma once

#include <proximux/net/Tls.h>
#include <proximux/net/loop/Reactor.h>
#include <proximux/protocol/TlsStart.h>
#include <proximux/telemetry/ArrivalReport.h>

#include <cstddef>
#include <memory>
#include <utility>

namespace proximux
{

/// What a client needs until TLS has begun with it inside of its protocol, or is known not to: kept apart from its
/// session, so that others have a pointer of it alone. Owned by the session.
class ClientTlsStart
{
public:
    /// offered: null where none is. time: for all of it; strict: as of Connection::secure().
    ClientTlsStart(Reactor& reactor, ArrivalReport& told, std::unique_ptr<TlsStart> start,
                   std::shared_ptr<TlsContext> offered, Duration time, bool strict)
        : talk(std::move(start))
        , context(std::move(offered))
        , report(told)
        , isStrict(strict)
        , _reactor(reactor)
        , _time(time)
    {
    }

    ~ClientTlsStart() { _reactor.cancel(_timer); }

    ClientTlsStart(const ClientTlsStart&) = delete;
    ClientTlsStart& operator=(const ClientTlsStart&) = delete;

    /// The time runs; `expired` is called at its end, unless this object is gone.
    void begin(Reactor::Call expired)
    {
        _due = _reactor.now() + _time;
        _timer = _reactor.at(_due, std::move(expired));
    }

    /// When the handshake, which begins now, must have ended. Who was not asked to begin has all the time for it.
    [[nodiscard]] Instant end() const { return _due == Instant::never() ? _reactor.now() + _time : _due; }

    /// The handshake has the rest of the time for itself.
    void stopTimer() { _reactor.cancel(_timer); }

    const std::unique_ptr<TlsStart> talk;
    const std::shared_ptr<TlsContext> context;
    ArrivalReport& report;
    const bool isStrict;
    bool isRefused = false; ///< nothing of the client counts any more
    std::size_t limit = 0;  ///< of reads behind it

private:
    Reactor& _reactor;
    const Duration _time;
    Instant _due = Instant::never();
    Reactor::TimerId _timer{};
};

} // namespace proximux
