#pragma once

#include <proximux/Events.h>
#include <proximux/proxy/Prefaces.h>
#include <proximux/proxy/WorkerListener.h>

#include <memory>

namespace proximux
{

/// Receives what becomes of the clients of Arrivals.
class ArrivalListener
{
public:
    virtual ~ArrivalListener() = default;

    /// Takes ownership of a client, or closes it if a listener of `connected` refuses it. place: of its address in
    /// Runtime::addresses.
    virtual void welcome(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place) = 0;

    /// The client has left or was refused before that.
    virtual void clientGone(AddressLimits::Place place) = 0;
};

/// Finds out who the clients of a Worker are: by their socket, or where a PROXY header is due by what that tells. Used
/// in its reactor's thread.
///
///     begin() ---------------------------> welcome()
///        |                                    ^
///        +--> Prefaces --> limits of the announced address
class Arrivals : private PrefaceListener
{
public:
    /// judge: of announced addresses.
    Arrivals(Reactor& reactor, WorkerReport& report, WorkerListener& judge, ArrivalListener& listener);

    /// Takes ownership of a client that was accepted.
    void begin(std::unique_ptr<Transport> transport, const Arrival& arrival, const LocalSettings& settings);

    /// Whether none of them is still to be welcomed.
    [[nodiscard]] bool areAllWelcomed() const { return _prefaces.areEmpty(); }

    /// Closes those that are still to be welcomed.
    void closeAll() { _prefaces.closeAll(); }

private:
    void prefaceRead(std::unique_ptr<Transport> transport, const Arrival& arrival, const ProxyHeader& header) override;
    void prefaceEnded(const Arrival& arrival) override { _listener.clientGone(arrival.place); }

    AddressLimits& _addresses;
    WorkerListener& _judge;
    ArrivalListener& _listener;
    Prefaces _prefaces;
};

} // namespace proximux
