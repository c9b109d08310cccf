#pragma once

#include <proximux/net/Tls.h>
#include <proximux/net/loop/Reactor.h>
#include <proximux/protocol/TlsStart.h>
#include <proximux/telemetry/ArrivalReport.h>

#include <memory>
#include <utility>

namespace proximux
{

/// What a client needs until TLS has begun with it inside of its protocol, or is known not to: kept apart from its
/// session, so that others have a pointer of it alone. Owned by the session.
class ClientTlsStart
{
public:
    /// offered: null where none is. limit: the time for all of it; strict: as of Connection::secure().
    ClientTlsStart(Reactor& reactor, ArrivalReport& told, std::unique_ptr<TlsStart> start,
                   std::shared_ptr<TlsContext> offered, Duration limit, bool strict)
        : talk(std::move(start))
        , context(std::move(offered))
        , report(told)
        , isStrict(strict)
        , _reactor(reactor)
        , _limit(limit)
    {
    }

    ~ClientTlsStart() { _reactor.cancel(_timer); }

    ClientTlsStart(const ClientTlsStart&) = delete;
    ClientTlsStart& operator=(const ClientTlsStart&) = delete;

    /// The time runs; `expired` is called at its end, unless this object is gone.
    void begin(Reactor::Call expired)
    {
        due = _reactor.now() + _limit;
        _timer = _reactor.at(due, std::move(expired));
    }

    /// The handshake has the rest of the time for itself.
    void stopTimer() { _reactor.cancel(_timer); }

    const std::unique_ptr<TlsStart> talk;
    const std::shared_ptr<TlsContext> context;
    ArrivalReport& report;
    const bool isStrict;
    Instant due = Instant::never();
    bool isRefused = false; ///< nothing of the client counts any more

private:
    Reactor& _reactor;
    const Duration _limit;
    Reactor::TimerId _timer{};
};

} // namespace proximux
