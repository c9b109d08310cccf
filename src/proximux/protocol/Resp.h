#pragma once

#include <proximux/protocol/Framing.h>
#include <proximux/protocol/Protocol.h>

#include <initializer_list>
#include <memory>
#include <string>

namespace proximux
{

/// The protocol of Redis and what is like it: RESP2, and what of RESP3 a server says in RESP2 connections (redis.io,
/// "Redis serialization protocol specification").
///
/// Responses come in the order of the requests. What changes the state of a connection (transactions, subscriptions,
/// another database ...) and what blocks it ties. AUTH, SELECT of the database that all have, CLIENT SETNAME and
/// SETINFO, RESET and QUIT are answered by us; RESP3 is declined, which clients know how to do without.
std::unique_ptr<Protocol> makeRespProtocol(const Framing& framing);

/// A command as a client sends it.
std::string respCommand(std::initializer_list<std::string_view> words);

/// What is said on a new connection to be in this state, and what comes back then. Empty where there is nothing to say.
struct RespLogin
{
    std::string says;
    std::string expects;
};
RespLogin respLogin(const std::string& username, const std::string& password, unsigned database);

} // namespace proximux
