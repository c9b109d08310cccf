#pragma once

#include <proximux/protocol/Framing.h>
#include <proximux/protocol/Protocol.h>

#include <memory>

namespace proximux
{

/// The frontend/backend protocol 3 of PostgreSQL, for watching: a request is a query, or what is sent up to a Sync; a
/// response is all up to ReadyForQuery. https://www.postgresql.org/docs/current/protocol.html
std::unique_ptr<Protocol> makePostgresqlProtocol(const Framing& framing);

} // namespace proximux
