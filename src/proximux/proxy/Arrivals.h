#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/proxy/AccessHook.h>
#include <proximux/proxy/Prefaces.h>
#include <proximux/proxy/WorkerListener.h>

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

    /// Takes ownership of a client, or closes it if a listener of `connected` refuses it. place: of its address in
    /// Runtime::addresses.
    virtual void welcome(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place) = 0;

    /// The client has left or was refused before that.
    virtual void clientGone(AddressLimits::Place place) = 0;
};

/// Finds out who the clients of a Worker are: by their socket, or where a PROXY header is due by what that tells. Then
/// it asks of each, where another program is to decide. Used in its reactor's thread.
///
///     begin() --------------------------------------------------> AccessHook --> welcome()
///        |                                                             ^
///        +--> Prefaces --> limits of the announced address ------------+
class Arrivals : private PrefaceListener, private AccessHookListener
{
public:
    /// judge: of announced addresses.
    Arrivals(Reactor& reactor, Scratch& scratch, WorkerReport& report, WorkerListener& judge,
             ArrivalListener& listener);

    /// Takes ownership of a client that was accepted.
    void begin(std::unique_ptr<Transport> transport, const Arrival& arrival, const Configuration& configuration);

    /// Whether none of them is still to be welcomed.
    [[nodiscard]] bool areAllWelcomed() const { return _prefaces.areEmpty() && _asked.empty(); }

    /// Closes those that are still to be welcomed.
    void closeAll();

private:
    /// A client whose address is known, and of which was asked.
    struct Asked
    {
        std::unique_ptr<Transport> transport;
        ClientInfo info;
        AddressLimits::Place place;
    };

    void prefaceRead(std::unique_ptr<Transport> transport, const Arrival& arrival, const ProxyHeader& header) override;
    void prefaceEnded(const Arrival& arrival) override { _listener.clientGone(arrival.place); }
    void judged(std::uint64_t number, const std::string& refusal) override;
    void known(Asked client);

    WorkerReport& _report;
    WorkerListener& _judge;
    ArrivalListener& _listener;
    AccessHookSettings _program;
    Prefaces _prefaces;
    AccessHook _hook;
    std::map<std::uint64_t, Asked> _asked; ///< by the client's number
};

} // namespace proximux
