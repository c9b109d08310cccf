#pragma once

#include <proximux/Configuration.h>

#include <cstdint>
#include <string>
#include <vector>

namespace proximux
{

/// The certificates that are shown to clients, each file once; none without TLS, and with files that are not read yet.
std::vector<TlsCertificate> certificatesForClients(const Configuration& configuration);

/// Likewise, to targets.
std::vector<TlsCertificate> certificatesForTargets(const Configuration& configuration);

/// What an operator is to be told of a certificate that has expired, or ends within 14 days; else an empty text. now:
/// seconds since 1970.
std::string expiryNotice(const TlsCertificate& certificate, std::int64_t now);

} // namespace proximux
