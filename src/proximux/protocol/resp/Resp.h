#pragma once

#include <proximux/Framing.h>
#include <proximux/protocol/Protocol.h>

#include <initializer_list>
#include <memory>
#include <string>

namespace proximux
{

/// The protocol of Redis and compatible servers: RESP2, and the parts of RESP3 that servers send in RESP2 connections
/// (redis.io, "Redis serialization protocol specification").
///
/// Responses come in the order of the requests. Commands that change the state of a connection (transactions,
/// subscriptions, another database ...) or that block pin their client. The proxy itself answers AUTH, SELECT of the
/// common database, CLIENT SETNAME and SETINFO, RESET and QUIT. It declines RESP3; clients then fall back to RESP2.
std::unique_ptr<Protocol> makeRespProtocol(const Framing& framing);

/// Encodes a command as a client does.
std::string respCommand(std::initializer_list<std::string_view> words);

/// The commands that prepare a new connection, and the expected replies. Empty if none are needed.
struct RespLogin
{
    std::string says;
    std::string expects;
};
RespLogin respLogin(const std::string& username, const std::string& password, unsigned database);

} // namespace proximux
