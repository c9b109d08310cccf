#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux
{

/// The client/server protocol of MySQL and MariaDB, for observation.
ProtocolInfo mysqlProtocol();

} // namespace proximux
