#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/proxy/AccessHook.h>
#include <proximux/proxy/ClientHandshakes.h>
#include <proximux/proxy/ClientStarts.h>
#include <proximux/proxy/Prefaces.h>
#include <proximux/proxy/WorkerListener.h>
#include <proximux/telemetry/WorkerReport.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace proximux
{

/// Receives what becomes of the clients of Arrivals.
class ArrivalListener
{
public:
    virtual ~ArrivalListener() = default;

    /// Takes ownership of a client that is admitted, and with which TLS is spoken where that is wanted. place: of its
    /// address in Runtime::addresses. said: what it has said already.
    virtual void welcome(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                         Bytes said) = 0;

    /// The client has left or was refused before that.
    virtual void clientGone(AddressLimits::Place place) = 0;
};

/// What comes before a client of a Worker is one: who it is, by its socket or where a PROXY header is due by what that
/// tells; whether it is admitted; and TLS. Used in its reactor's thread.
///
///     begin() ---------------------------------> AccessHook --> `connected` --> ClientHandshakes --> welcome()
///        |                                            ^              |            ^                     ^
///        +--> Prefaces --> limits of the announced ---+              +--> ClientStarts --- clear text --+
class Arrivals : private PrefaceListener,
                 private AccessHookListener,
                 private ClientStartsListener,
                 private ClientHandshakesListener
{
public:
    /// judge: of announced addresses. configuration: of the worker, which replaces it at a reload.
    Arrivals(Reactor& reactor, Scratch& scratch, WorkerReport& report,
             const std::shared_ptr<const Configuration>& configuration, WorkerListener& judge,
             ArrivalListener& listener);

    /// Takes ownership of a client that was accepted.
    void begin(std::unique_ptr<Transport> transport, const Arrival& arrival);

    [[nodiscard]] ArrivalReport& report() { return _report; }

    /// Whether none of them is still to be welcomed.
    [[nodiscard]] bool areAllWelcomed() const
    {
        return _prefaces.areEmpty() && _asked.empty() && _starts.areEmpty() && _handshakes.areEmpty();
    }

    /// Closes those that are still to be welcomed, because the proxy ends.
    void closeAll(CloseReason reason);

private:
    /// A client whose address is known.
    struct Known
    {
        std::unique_ptr<Transport> transport;
        ClientInfo info;
        AddressLimits::Place place;
        Instant due;     ///< until when it has time for what precedes its protocol
        Instant asked{}; ///< when the program was asked of it
    };

    void prefaceRead(std::unique_ptr<Transport> transport, const Arrival& arrival, const ProxyHeader& header,
                     Instant due) override;
    void prefaceEnded(const Arrival& arrival) override { _listener.clientGone(arrival.place); }
    void judged(std::uint64_t number, const std::string& refusal) override;
    void beginTls(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                  const Configuration& configuration, Instant due) override;
    void beginClear(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                    Bytes said) override;
    void enter(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place) override;
    void clientGone(AddressLimits::Place place) override { _listener.clientGone(place); }
    void known(Known client);
    void judge(Known client);

    Reactor& _reactor;
    const std::shared_ptr<const Configuration>& _configuration;
    ArrivalReport _report;
    WorkerListener& _judge;
    ArrivalListener& _listener;
    Prefaces _prefaces;
    AccessHook _hook;
    ClientStarts _starts;
    ClientHandshakes _handshakes;
    std::map<std::uint64_t, Known> _asked; ///< by the client's number
};

} // namespace proximux
