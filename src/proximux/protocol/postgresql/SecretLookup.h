#pragma once

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/postgresql/Startup.h>

#include <optional>
#include <string>

namespace proximux::postgresql
{

/// A target is asked for the secret of a user whom the list of users has not, as PgBouncer does by its auth_query.
struct SecretLookup
{
    /// Asks whether the session of this client may begin.
    static std::optional<SecretLookup> of(const auth::Lookup* lookup, const Startup& client);

    Startup startup;     ///< of the session that asks
    std::string request; ///< a batch up to its Sync
};

/// What a target has answered.
struct FoundSecret
{
    /// Reads the response to SecretLookup::request, up to ReadyForQuery.
    static FoundSecret in(Bytes response);

    std::optional<auth::Secret> secret; ///< nothing: there is no such user, or no secret that is of use
    bool failed = false;                ///< that is not known, for the target says an error, or something unexpected
};

} // namespace proximux::postgresql
