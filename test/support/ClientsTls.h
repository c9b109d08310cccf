#pragma once

#include <proximux/ClientTls.h>

#include <memory>
#include <string>

namespace proximux
{

/// What the handshake of a client has told: what it asked for, and the name of its certificate.
inline std::shared_ptr<const ClientTls> tlsOf(const std::string& version, const std::string& asked,
                                              const std::string& name)
{
    const auto tls = std::make_shared<ClientTls>();
    tls->version = version;
    tls->serverName = asked;
    tls->name = name;
    tls->isCertified = !name.empty();
    return tls;
}

} // namespace proximux
