#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::mysql
{

/// The client/server protocol of MySQL and MariaDB, for observation.
ProtocolInfo info();

} // namespace proximux::mysql
