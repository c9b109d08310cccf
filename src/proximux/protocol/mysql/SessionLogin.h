#pragma once

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Traits.h>
#include <proximux/protocol/mysql/SharedCommons.h>

#include <cstdint>
#include <memory>
#include <string>

namespace proximux::mysql
{

/// What a target connection is opened with, for one client.
struct Opening
{
    std::string user;
    std::string provenKey;          ///< of its scramble, where it has proven one
    std::uint64_t capabilities = 0; ///< those of its own (OWN_CAPABILITIES)
};

/// The capabilities of a client that its connection must have, too.
constexpr std::uint64_t OWN_CAPABILITIES =
    capability::FOUND_ROWS | capability::NO_SCHEMA | capability::ODBC | capability::LOCAL_FILES |
    capability::IGNORE_SPACE | capability::INTERACTIVE | capability::MULTI_STATEMENTS | capability::MULTI_RESULTS |
    capability::PS_MULTI_RESULTS | capability::MARIADB_EXTENDED_TYPES;

/// Makes the logins of one client, which differ in the settings of its session: with others of its user and
/// capabilities they have the connections in common.
class SessionLogins
{
public:
    SessionLogins(std::shared_ptr<auth::Authenticator> authenticator, std::shared_ptr<SharedCommons> commons,
                  Opening opening, const SessionSettings& settings);

    /// That with which it begins.
    [[nodiscard]] const std::shared_ptr<const Login>& first() const { return _first; }

    [[nodiscard]] std::shared_ptr<const Login> with(const SessionSettings& settings) const;

private:
    std::shared_ptr<auth::Authenticator> _authenticator;
    std::shared_ptr<SharedCommons> _commons;
    Opening _opening;
    std::string _key;
    std::shared_ptr<const Login> _first;
};

/// Of nobody: it only finds out what a target says first.
std::shared_ptr<const Login> greetingLogin(std::shared_ptr<SharedCommons> commons);

} // namespace proximux::mysql
