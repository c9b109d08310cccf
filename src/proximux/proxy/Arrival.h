#pragma once

#include <proximux/Endpoint.h>
#include <proximux/PeerProcess.h>
#include <proximux/net/Sockets.h>
#include <proximux/proxy/AddressLimits.h>

#include <Poco/Net/SocketAddress.h>

#include <cstdint>
#include <optional>

namespace proximux
{

/// A client that was accepted.
struct Arrival
{
    Poco::Net::SocketAddress peer;      ///< of its socket
    std::uint64_t number;               ///< counts clients from 1
    AddressLimits::Place place;         ///< of its address
    std::optional<PeerProcess> process; ///< of a client of a UNIX socket

    [[nodiscard]] Endpoint endpoint() const { return {sockets::hostOf(peer), peer.port()}; }
};

} // namespace proximux
