#pragma once

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Traits.h>
#include <proximux/protocol/postgresql/Startup.h>

#include <memory>
#include <optional>

namespace proximux::postgresql
{

/// Makes the logins of one client, which differ in the settings of its session: with others of its user, database and
/// startup settings they have the connections in common.
class SessionLogins
{
public:
    /// proven: what the client has proven to know, where it did so by SCRAM; found: its secret, where the list of users
    /// has none.
    SessionLogins(std::shared_ptr<auth::Authenticator> authenticator, const Startup& startup,
                  const std::optional<auth::ScramKeys>& proven, std::optional<auth::Secret> found);

    /// That with which it begins.
    [[nodiscard]] const std::shared_ptr<const Login>& first() const { return _first; }

    [[nodiscard]] std::shared_ptr<const Login> with(const SessionSettings& settings) const;

private:
    std::shared_ptr<const Login> _first;
};

/// What a target has said of its parameters to whom has opened the connection, as it is told to this client.
std::string greetingFor(const Startup& startup, Bytes greeting);

/// What cancels what is under way on the connection of this greeting; empty: the target has given no key for that.
std::string cancelRequestFor(Bytes greeting);

} // namespace proximux::postgresql
