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
    automatic, ///< by SCRAM, or by MD5 where only that digest is known
    trust,     ///< not at all
    password,  ///< by the password in clear text
    md5,
    scram
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
