#pragma once

#include <proximux/Framing.h>

#include <cstddef>
#include <memory>
#include <string>

namespace proximux
{

namespace auth
{

class Authenticator;

} // namespace auth

/// What the conversations of one exchange have in common.
class ConversationCommons
{
public:
    ConversationCommons() = default;
    ConversationCommons(const ConversationCommons&) = delete;
    ConversationCommons& operator=(const ConversationCommons&) = delete;
    virtual ~ConversationCommons() = default;
};

/// Settings for requests that depend on the state of their connection, and for local replies.
struct ConversationSettings
{
    bool pins = false;           ///< clients may be pinned to a connection
    std::string password;        ///< required of clients; empty: none
    unsigned database = 0;       ///< selected on all target connections (resp)
    bool connect = false;        ///< HTTP: allow CONNECT
    std::size_t largest = 65536; ///< bytes kept of a request
    bool passive = false;        ///< traffic is only observed: no request is answered or refused
    UnknownCommands unknown = UnknownCommands::close;
    unsigned failedAuth = 3;  ///< wrong passwords after which a client is closed
    bool passChunked = false; ///< HTTP: send chunked request bodies unchanged
    bool oneTarget = false;   ///< all connections lead to the same target
    bool consents = false;    ///< HTTP: answer Expect: 100-continue in the target's place
    bool ownLogin = false;    ///< each client signs in at the target as itself
    std::shared_ptr<auth::Authenticator> authenticator = nullptr; ///< databases: lets clients in
    std::size_t statements = 200;            ///< databases: prepared statements that a connection keeps
    std::size_t statementMemory = 4U << 20U; ///< databases: bytes of prepared statements that a client may have
    bool kills = false;     ///< databases: clients may have others of their user stopped (RequestTraits::stops)
    bool startsTls = false; ///< clients may ask for TLS inside of the protocol, and it is heeded before they are heard
    std::shared_ptr<ConversationCommons> commons = nullptr; ///< of their exchange (Protocol::makeCommons())

    [[nodiscard]] bool mustSignIn() const { return ownLogin || !password.empty(); }
};

} // namespace proximux
