#pragma once

#include <proximux/Endpoint.h>
#include <proximux/proxy/AddressLimits.h>

#include <Poco/Net/SocketAddress.h>

#include <cstdint>

namespace proximux
{

/// A client that was accepted.
struct Arrival
{
    Poco::Net::SocketAddress peer; ///< of its socket
    std::uint64_t number;          ///< counts clients from 1
    AddressLimits::Place place;    ///< of its address

    [[nodiscard]] Endpoint endpoint() const { return {peer.host().toString(), peer.port()}; }
};

} // namespace proximux
