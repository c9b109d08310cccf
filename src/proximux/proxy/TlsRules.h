#pragma once

#include <proximux/Configuration.h>
#include <proximux/protocol/TlsStart.h>

#include <cstddef>
#include <memory>

namespace proximux
{

/// Bytes of the longest request for TLS inside of a protocol. A client is read no further than that, because its
/// handshake may follow at once.
constexpr std::size_t LONGEST_REQUEST_FOR_TLS = 36;

/// Whether a peer that ends its connection without close_notify of TLS has cut something off: where a message may end
/// with the connection.
bool maybeTruncated(const Configuration& configuration);

/// Whether what a client says of TLS inside of its protocol is heard before the exchange has it: in fifo and funnel,
/// where the client speaks first.
bool startsBeforeWelcome(const Configuration& configuration);

/// The conversation with a client in which TLS may begin. Null: there is nothing to be heeded.
std::unique_ptr<TlsStart> tlsStartWithClient(const Configuration& configuration);

/// The conversation with this target in which TLS begins. Null: it begins with the connection, or not at all.
std::unique_ptr<TlsStart> tlsStartWithTarget(const Configuration& configuration, const TargetSettings& target);

} // namespace proximux
