#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::kafka
{

/// Kafka's wire protocol, after its protocol guide (kafka.apache.org/protocol).
///
///     request:   0      4         6             8                12
///                | size | API key | API version | correlation id | client id ...    big endian
///     response:  | size | correlation id | ...
///
/// The size excludes itself. Paired by the correlation id, which is replaced.
ProtocolInfo info();

} // namespace proximux::kafka
