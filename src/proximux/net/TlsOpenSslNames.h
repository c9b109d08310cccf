#pragma once

// Names in certificates. Only TlsOpenSsl*.cpp include this header.

#include <openssl/x509.h>

#include <string>
#include <vector>

namespace proximux::openssl
{

/// The names that a certificate has: those of hosts, addresses of mail and URIs among its alternative names, and its
/// common name.
std::vector<std::string> namesOf(const X509* certificate);

/// Whether the certificate has one of these names; a * stands for one part of a name, as in *.clients.example.
bool hasName(const X509* certificate, const std::vector<std::string>& wanted);

} // namespace proximux::openssl
