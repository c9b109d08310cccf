#pragma once

// Names in certificates. Only TlsOpenSsl*.cpp include this header.

#include <openssl/x509.h>

#include <optional>
#include <string>
#include <vector>

namespace proximux::openssl
{

/// The names that a certificate has: those of hosts, addresses of mail and URIs among its alternative names, and its
/// common name.
std::vector<std::string> namesOf(const X509* certificate);

/// Its common name; empty: it has none.
std::string commonNameOf(const X509* certificate);

/// The name of the certificate that is one of these, where a * stands for one part, as in *.clients.example. Nothing:
/// it has none of them.
std::optional<std::string> nameAmong(const X509* certificate, const std::vector<std::string>& wanted);

} // namespace proximux::openssl
