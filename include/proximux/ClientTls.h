#pragma once

#include <string>

namespace proximux
{

/// What the handshake of TLS has told of a client. Names may contain any bytes.
struct ClientTls
{
    std::string version;    ///< such as "TLSv1.3"
    std::string cipher;     ///< as OpenSSL names it: "TLS_AES_256_GCM_SHA384"
    std::string serverName; ///< host name that the client has asked for (SNI); empty: none
    std::string alpn;       ///< protocol that was agreed on; empty: none

    /// Of the client's certificate, which was verified: the one that is among local.tls_client_names, or without these
    /// its common name, or else the first of its other names. Empty: it has shown none.
    std::string name;
    std::string commonName;   ///< of that certificate, whichever name was chosen; empty: it has none
    bool isCertified = false; ///< the client has shown a certificate, which was verified
    bool isResumed = false;   ///< a session was resumed: the certificate was shown on an earlier connection
};

} // namespace proximux
