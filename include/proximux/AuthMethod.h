#pragma once

namespace proximux
{

/// How clients prove who they are, where the proxy lets them in itself (databases in fifo, funnel).
enum class AuthMethod
{
    automatic, ///< by SCRAM, or by MD5 where only that digest is known
    trust,     ///< not at all
    password,  ///< by the password in clear text
    md5,
    scram
};

} // namespace proximux
