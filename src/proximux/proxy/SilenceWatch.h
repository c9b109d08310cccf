#pragma once

#include <proximux/base/SlotMap.h>
#include <proximux/net/loop/Reactor.h>
#include <proximux/proxy/ClientSession.h>
#include <proximux/telemetry/WorkerReport.h>

namespace proximux
{

/// Finds out whether clients wait for a server that speaks first. In fifo and funnel a target is not heard before a
/// request, so such clients would wait without end. As long as no request was sent, it looks for a client that has been
/// silent for PATIENCE, and reports one. Owned by a Worker, used in its reactor's thread.
class SilenceWatch
{
public:
    using Clients = SlotMap<ClientSession, ClientId>;

    static constexpr Duration PATIENCE = Duration::seconds(3);
    static constexpr Duration INTERVAL = Duration::seconds(1); ///< between two looks at all clients

    /// wanted: whether the mode shares target connections, and the target might speak first.
    SilenceWatch(Reactor& reactor, const WorkerReport& report, const Clients& clients, bool wanted)
        : _reactor(reactor)
        , _report(report)
        , _clients(clients)
        , _wanted(wanted)
    {
    }

    void clientOpened();

    /// A client's request was sent: here it is the clients that speak first.
    void requestCame() { _wanted = false; }

private:
    void lookAt(Instant due);
    void look();

    Reactor& _reactor;
    const WorkerReport& _report;
    const Clients& _clients;
    bool _wanted;
    bool _looks = false; ///< a look is due
};

} // namespace proximux
