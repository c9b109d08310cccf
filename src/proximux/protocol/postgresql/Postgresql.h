#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::postgresql
{

/// PostgreSQL's frontend/backend protocol 3. A request is a query, or all messages up to a Sync; a response is all
/// messages up to ReadyForQuery. https://www.postgresql.org/docs/current/protocol.html
ProtocolInfo info();

} // namespace proximux::postgresql
