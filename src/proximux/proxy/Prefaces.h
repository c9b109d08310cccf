#pragma once

#include <proximux/Configuration.h>
#include <proximux/net/Transport.h>
#include <proximux/net/loop/Reactor.h>
#include <proximux/proxy/Arrival.h>
#include <proximux/telemetry/ArrivalReport.h>
#include <proximux/wire/ProxyHeader.h>

#include <cstdint>
#include <map>
#include <memory>

namespace proximux
{

/// Receives what becomes of the clients of Prefaces, each once, and never from within begin().
class PrefaceListener
{
public:
    virtual ~PrefaceListener() = default;

    /// The client has said what precedes its protocol. header: what it has announced. due: until when it had time.
    virtual void prefaceRead(std::unique_ptr<Transport> transport, const Arrival& arrival, const ProxyHeader& header,
                             Instant due) = 0;

    /// The client is closed: it has left, was refused, or was a check of whether we are there.
    virtual void prefaceEnded(const Arrival& arrival) = 0;
};

/// Clients that have yet to say what precedes their protocol: a header of the PROXY protocol. It reads that and no byte
/// behind it. Owned by a Worker, used in its reactor's thread.
///
///     begin() -> header -> prefaceRead()
///                  |
///                  +-- LOCAL: waits LINGER for a byte, and is no client if none comes -> prefaceEnded()
///                  +-- malformed, none within local.preface_timeout, left -> prefaceEnded()
class Prefaces
{
public:
    /// How long a connection that a load balancer has made for itself may be silent before it counts as a client. Those
    /// of health checks are closed at once.
    static constexpr Duration LINGER = Duration::milliseconds(100);

    Prefaces(Reactor& reactor, ArrivalReport& report, PrefaceListener& listener);
    ~Prefaces();

    Prefaces(const Prefaces&) = delete;
    Prefaces& operator=(const Prefaces&) = delete;

    /// Whether a client from there begins with something that precedes its protocol.
    static bool areDue(const LocalSettings& settings, const Poco::Net::SocketAddress& peer);

    /// Takes ownership of a client that has arrived. It has time until then.
    void begin(std::unique_ptr<Transport> transport, const Arrival& arrival, Instant due);

    [[nodiscard]] bool areEmpty() const { return _all.empty(); }

    /// Closes all of them.
    void closeAll();

private:
    class Preface;

    std::unique_ptr<Preface> take(Preface& preface);
    void read(Preface& preface);
    void close(Preface& preface);
    void refuse(Preface& preface, const char* why);

    Reactor& _reactor;
    ArrivalReport& _report;
    PrefaceListener& _listener;
    std::map<std::uint64_t, std::unique_ptr<Preface>> _all; ///< by the client's number
};

} // namespace proximux
