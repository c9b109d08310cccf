#pragma once

#include <proximux/protocol/ProtocolInfo.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace proximux::resp
{

/// The protocol of Redis and compatible servers: RESP2, and the parts of RESP3 that servers send in RESP2 connections
/// (redis.io, "Redis serialization protocol specification").
///
/// Responses come in the order of the requests. Commands that change the state of a connection (transactions,
/// subscriptions, another database ...) or that block pin their client. The proxy itself answers AUTH, SELECT of the
/// common database, CLIENT SETNAME and SETINFO, RESET and QUIT. It declines RESP3; clients then fall back to RESP2.
ProtocolInfo info();

/// Encodes a command as a client does.
std::string encodeCommand(std::initializer_list<std::string_view> words);

} // namespace proximux::resp
