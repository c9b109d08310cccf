#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/net/TlsHandshake.h>
#include <proximux/proxy/AddressLimits.h>
#include <proximux/telemetry/ArrivalReport.h>

#include <cstdint>
#include <map>
#include <memory>

namespace proximux
{

/// Receives what becomes of the clients of ClientHandshakes, each once, and never from within begin().
class ClientHandshakesListener
{
public:
    virtual ~ClientHandshakesListener() = default;

    /// Takes ownership of a client with which TLS is spoken now.
    virtual void enter(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place) = 0;

    /// The client has left, or its handshake has failed.
    virtual void clientGone(AddressLimits::Place place) = 0;
};

/// Clients that are welcome and have yet to finish the handshake of TLS, for which they have what is left of
/// local.preface_timeout.
/// Owned by a Worker, used in its reactor's thread.
class ClientHandshakes
{
public:
    ClientHandshakes(Reactor& reactor, ArrivalReport& report, ClientHandshakesListener& listener);
    ~ClientHandshakes();

    ClientHandshakes(const ClientHandshakes&) = delete;
    ClientHandshakes& operator=(const ClientHandshakes&) = delete;

    /// Takes ownership of a client, which has time until then. place: of its address.
    void begin(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
               const Configuration& configuration, Instant due);

    [[nodiscard]] bool areEmpty() const { return _all.empty(); }

    /// Closes all of them, because the proxy ends.
    void closeAll(CloseReason reason);

private:
    class Client;

    void secured(Client& client, std::unique_ptr<TlsTransport> transport);
    void failed(Client& client, const TlsFailure& failure);
    std::unique_ptr<Client> take(Client& client);

    Reactor& _reactor;
    ArrivalReport& _report;
    ClientHandshakesListener& _listener;
    std::map<std::uint64_t, std::unique_ptr<Client>> _all; ///< by the client's number
};

} // namespace proximux
