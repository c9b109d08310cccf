#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/net/Transport.h>
#include <proximux/net/loop/Reactor.h>
#include <proximux/proxy/AddressLimits.h>
#include <proximux/telemetry/ArrivalReport.h>

#include <cstdint>
#include <map>
#include <memory>

namespace proximux
{

/// Receives what becomes of the clients of ClientStarts, each once, and never from within begin().
class ClientStartsListener
{
public:
    virtual ~ClientStartsListener() = default;

    /// The client has asked for TLS, and was told that it begins now. configuration: which was in force when it came.
    /// due: until when it has time for its handshake.
    virtual void beginTls(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                          const Configuration& configuration, Instant due) = 0;

    /// The client may speak clear text, and does. said: what it has said already.
    virtual void beginClear(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                            Bytes said) = 0;

    /// The client has left, or was refused.
    virtual void clientGone(AddressLimits::Place place) = 0;
};

/// Clients that are welcome, and with which TLS may begin inside of their protocol: they have what is left of
/// local.preface_timeout to ask for it, or to begin in clear text. For fifo and funnel, where no target has a part in
/// that; nothing is read behind a request for TLS. Owned by a Worker, used in its reactor's thread.
///
///     begin() --> beginTls(), beginClear()
///        |
///        +-- refused: gets the reply, what it still sends is read until it leaves --> clientGone()
///        +-- silent, or has left --> clientGone()
class ClientStarts
{
public:
    ClientStarts(Reactor& reactor, ArrivalReport& report, ClientStartsListener& listener);
    ~ClientStarts();

    ClientStarts(const ClientStarts&) = delete;
    ClientStarts& operator=(const ClientStarts&) = delete;

    /// Takes ownership of a client, which has time until then. place: of its address.
    void begin(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
               const std::shared_ptr<const Configuration>& configuration, Instant due);

    [[nodiscard]] bool areEmpty() const { return _all.empty(); }

    /// Closes all of them, because the proxy ends.
    void closeAll(CloseReason reason);

private:
    class Client;

    std::unique_ptr<Client> take(Client& client);
    void secure(Client& client);
    void open(Client& client, Bytes said);
    void close(Client& client);

    Reactor& _reactor;
    ArrivalReport& _report;
    ClientStartsListener& _listener;
    std::map<std::uint64_t, std::unique_ptr<Client>> _all; ///< by the client's number
};

} // namespace proximux
