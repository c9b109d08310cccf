#pragma once

#include <memory>
#include <string>

namespace proximux
{

namespace auth
{

class UserList;

} // namespace auth

/// How clients prove who they are, where the proxy lets them in itself (databases in fifo, funnel).
enum class AuthMethod
{
    automatic, ///< as its protocol prefers and what is known of its password allows
    trust,     ///< not at all
    password,  ///< by the password in clear text
    md5,
    scram,
    native, ///< mysql_native_password
    sha2    ///< caching_sha2_password
};

/// Who may come in, where the proxy lets clients in itself (databases in fifo, funnel).
struct AuthSettings
{
    std::string file;                            ///< empty: none
    std::shared_ptr<const auth::UserList> users; ///< what it has; null: nothing was read
    AuthMethod method{};
    std::string query;    ///< that asks a target for the secrets of others; empty: they stay outside
    std::string user;     ///< who asks
    std::string database; ///< where; empty: in the client's
};

} // namespace proximux
