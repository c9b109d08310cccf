#pragma once

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Traits.h>
#include <proximux/protocol/postgresql/SecretLookup.h>
#include <proximux/protocol/postgresql/SessionLogin.h>
#include <proximux/protocol/postgresql/SharedCommons.h>
#include <proximux/protocol/postgresql/Startup.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace proximux::postgresql
{

/// The login of one client, up to its welcome. A target is only asked where `auth.query` is to find its secret.
class ClientLogin
{
public:
    ClientLogin(std::shared_ptr<auth::Authenticator> authenticator, std::shared_ptr<SharedCommons> commons);

    /// A message of the client's, which is not welcome yet.
    void take(Bytes bytes, bool whole, RequestTraits& traits);

    [[nodiscard]] bool isWelcome() const { return _state == State::ready; }

    /// It will not be.
    void fail() { _state = State::refused; }

    /// What the target is asked in place of its startup packet (RequestTraits::fitted).
    [[nodiscard]] const std::string& lookup() const { return _lookup->request; }

    /// What the client gets for this answer to that.
    std::string looked(Bytes response);

    /// What the client of this number gets as its welcome, when this was told to whom has opened the connection.
    std::string greeting(Bytes told, std::uint64_t client);

    /// Those of its session. It must be welcome.
    [[nodiscard]] const SessionLogins& logins() const { return *_logins; }

    /// The answer to a request that is not sent.
    static void answer(RequestTraits& traits, std::string reply);

    /// Likewise, behind which the client is closed. refusal: for the log, fixed text.
    void refuse(RequestTraits& traits, const char* refusal, std::string reply);

private:
    enum class State
    {
        starting,
        lookup,   ///< a target is asked for its secret
        password, ///< its password, or its answer to an MD5 challenge, is to come
        scram,    ///< its first message of SCRAM
        proof,    ///< its last one
        ready,
        refused
    };

    void startup(Bytes packet, RequestTraits& traits);
    void cancel(Bytes key, RequestTraits& traits);
    void negotiate(std::string& reply) const;
    void lookUp(RequestTraits& traits);
    void ask(RequestTraits& traits);
    void prove(Bytes body, RequestTraits& traits);
    void beginScram(Bytes body, RequestTraits& traits);
    void endScram(Bytes body, RequestTraits& traits);
    void welcome(RequestTraits& traits);
    void refuseLogin(RequestTraits& traits);
    [[nodiscard]] const auth::Secret* found() const { return _found.secret ? &*_found.secret : nullptr; }

    std::shared_ptr<auth::Authenticator> _authenticator;
    std::shared_ptr<SharedCommons> _commons;
    State _state = State::starting;
    Startup _startup;
    std::optional<SecretLookup> _lookup;
    FoundSecret _found; ///< behind _lookup
    std::string _salt;
    std::optional<auth::ScramServer> _scram;
    std::optional<auth::ScramKeys> _proven;
    std::string _final; ///< the last message of SCRAM, sent with the welcome
    std::optional<SessionLogins> _logins;
};

} // namespace proximux::postgresql
