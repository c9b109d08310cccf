#pragma once

#include <proximux/base/LiveValue.h>
#include <proximux/exchange/Exchange.h>
#include <proximux/targets/ConnectionCounts.h>
#include <proximux/telemetry/WorkerReport.h>

#include <cstdint>

namespace proximux
{

/// Publishes what an exchange and its pools own and any thread may want to know: the line, the connections by state,
/// who is pinned. Owned by its Worker. Does nothing for connections and clients at rest.
class WorkerGauges
{
public:
    explicit WorkerGauges(WorkerReport& report)
        : _report(report)
    {
    }

    /// Call it at the end of a turn, in the reactor's thread.
    void publish(const Exchange& exchange, ConnectionCounts& connections);

    /// How long the oldest request has been waiting to be sent; 0: none waits. Any thread.
    [[nodiscard]] Duration oldestWait(Instant now) const;

private:
    WorkerReport& _report;
    LiveValue _oldest; ///< when it came, in microseconds; 0: none waits
};

} // namespace proximux
