#pragma once

#include <proximux/Events.h>
#include <proximux/net/Transport.h>
#include <proximux/proxy/AddressLimits.h>

#include <optional>

namespace proximux
{

/// Receives notifications and questions of a Worker, in its reactor's thread.
class WorkerListener
{
public:
    virtual ~WorkerListener() = default;

    /// A client and all its resources are gone.
    virtual void clientGone() = 0;

    /// Judges a client by the address that it has announced. Returns the place of the address in Runtime::addresses.
    /// Nothing: it is refused, so close its transport.
    virtual std::optional<AddressLimits::Place> announced(Transport& transport, const ClientInfo& client) = 0;
};

} // namespace proximux
