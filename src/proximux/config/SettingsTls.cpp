#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

namespace
{

using Use = TlsSettings::Use;
using Verify = TargetTls::Verify;

Kind useForClients(Field<Use> field)
{
    return choice<Use>(
        {{"off", Use::off}, {"on", Use::on}, {"starttls", Use::starttls}, {"starttls_required", Use::starttlsRequired}},
        field);
}

Kind useForTarget(Field<Use> field)
{
    return choice<Use>({{"off", Use::off}, {"on", Use::on}, {"starttls", Use::starttls}}, field);
}

Kind version(Field<TlsVersion> field)
{
    return choice<TlsVersion>({{"1.2", TlsVersion::tls12}, {"1.3", TlsVersion::tls13}}, field);
}

// ---- what is the same towards clients and targets

constexpr const char* MIN_VERSION = "Older versions than 1.2 are not supported: they have known weaknesses. "
                                    "A peer that knows only older ones is refused in the handshake. "
                                    "Example: %s = 1.3 where all peers are recent.";
constexpr const char* CIPHERS = "The value is a list as OpenSSL takes it, and has no effect on TLS 1.3. "
                                "The default leaves out ciphers without forward secrecy and those without encryption. "
                                "Example: %s = ECDHE+AESGCM:ECDHE+CHACHA20.";
constexpr const char* CIPHERSUITES = "The value is a list of names with colons between; empty: those of OpenSSL. "
                                     "It has no effect on TLS 1.2. "
                                     "Example: %s = TLS_AES_128_GCM_SHA256.";

constexpr std::size_t NAME = 255;  ///< bytes of a name at most
constexpr std::size_t PATH = 4096; ///< likewise of a path
constexpr const char* PROTOCOLS = "names of protocols, as h2 or http/1.1, separated by commas";

std::vector<Setting> joined(std::vector<Setting> all, const std::vector<Setting>& more)
{
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// The text with the key in it.
std::string about(std::string text, const char* key)
{
    return text.replace(text.find("%s"), 2, key);
}

std::vector<Setting> certificates()
{
    return {
        fresh(row(
            "local.tls", "off", useForClients(FIELD(Use, local.tls.use)),
            {"",
             "TLS of client connections: off, on from their first byte, or starttls, starttls_required: when asked for",
             "The handshake has to end within local.preface_timeout. "
             "With on a client that speaks no TLS is closed, and the log says what it began with. "
             "Clients of postgresql and mysql ask for TLS themselves: starttls heeds it, and "
             "starttls_required refuses those that do not. "
             "Example: local.tls = on, with local.tls_certificate = /etc/proximux/server.pem."})),
        fresh(row("local.tls_certificate", "",
                  list("paths of PEM files, separated by commas", PATH,
                       FIELD(std::vector<std::string>, local.tls.certificates)),
                  {"", "Certificates that are shown to clients, PEM files separated by commas",
                   "Each file holds a certificate, the authorities in between, and the key unless local.tls_key names "
                   "it. "
                   "A client gets the first one that has the name it asks for (SNI), else the first one. "
                   "A reload reads the files again. "
                   "Example: local.tls_certificate = /etc/proximux/a.pem, /etc/proximux/b.pem."})),
        fresh(
            row("local.tls_key", "",
                list("paths of PEM files, separated by commas", PATH, FIELD(std::vector<std::string>, local.tls.keys)),
                {"", "Private keys of local.tls_certificate in the same order, PEM without a passphrase",
                 "Without it each key is in the file of its certificate. "
                 "Let only the service read the files; the log has a record of one that others may read. "
                 "Example: local.tls_key = /etc/proximux/server.key."})),
        fresh(row("local.tls_strict_sni", "0", boolean(FIELD(bool, local.tls.strictSni)),
                  {"", "Refuse clients that ask for a name that no certificate has",
                   "With 0 they get the first certificate, and decide themselves. "
                   "With 1 they get the alert unrecognized_name. "
                   "A client that asks for no name gets the first certificate in any case."})),
    };
}

std::vector<Setting> clients()
{
    using Clients = LocalTls::Clients;
    return {
        fresh(row(
            "local.tls_client", "none",
            choice<Clients>({{"none", Clients::none}, {"optional", Clients::optional}, {"required", Clients::required}},
                            FIELD(Clients, local.tls.clients)),
            {"", "Whether clients need a certificate: none, optional or required",
             "With optional a client may come without one, but not with a bad one. "
             "Who may have signed it is in local.tls_client_ca. "
             "Example: local.tls_client = required for services that know each other."})),
        fresh(row("local.tls_client_ca", "", path(FIELD(std::string, local.tls.clientCa)),
                  {"", "File of certificates, or folder of them, whose signatures on clients' certificates are trusted",
                   "The file is PEM, and may hold several; a folder is one that openssl rehash has prepared. "
                   "Those of the system are not trusted here. "
                   "Example: local.tls_client_ca = /etc/proximux/clients-ca.pem."})),
        fresh(row("local.tls_client_crl", "", path(FIELD(std::string, local.tls.clientCrl)),
                  {"", "File of lists of revoked certificates of clients, PEM",
                   "It needs a list of each authority between a client's certificate and the trusted one. "
                   "A list that has expired keeps all clients out, so renew it and reload. "
                   "Example: local.tls_client_crl = /etc/proximux/revoked.pem."})),
        fresh(row("local.tls_client_names", "",
                  list("names, as db.example or *.clients.example, separated by commas", NAME,
                       FIELD(std::vector<std::string>, local.tls.clientNames)),
                  {"", "Names of which a client's certificate must have one; empty: any",
                   "Alternative names of hosts, mail and URIs count, and the common name. "
                   "The sign * stands for one part at the beginning. "
                   "Example: local.tls_client_names = web.example, *.batch.example."})),
    };
}

std::vector<Setting> negotiation()
{
    return {
        fresh(row(
            "local.tls_min_version", "1.2", version(FIELD(TlsVersion, local.tls.minVersion)),
            {"", "Oldest version of TLS towards clients: 1.2 or 1.3", about(MIN_VERSION, "local.tls_min_version")})),
        fresh(row("local.tls_ciphers", TlsSettings::CIPHERS,
                  text("a list of ciphers as OpenSSL takes it", FIELD(std::string, local.tls.ciphers)),
                  {"", "Ciphers of TLS 1.2 towards clients", about(CIPHERS, "local.tls_ciphers")})),
        fresh(row("local.tls_ciphersuites", "",
                  text("names of cipher suites with colons between", FIELD(std::string, local.tls.ciphersuites)),
                  {"", "Cipher suites of TLS 1.3 towards clients", about(CIPHERSUITES, "local.tls_ciphersuites")})),
        fresh(row("local.tls_alpn", "", list(PROTOCOLS, NAME, FIELD(std::vector<std::string>, local.tls.alpn)),
                  {"", "Protocols that clients may choose from (ALPN), the preferred first, separated by commas",
                   "A client that offers others alone gets the alert no_application_protocol. "
                   "One that offers none is served. "
                   "Example: local.tls_alpn = http/1.1 for browsers, which would ask for HTTP/2 otherwise."})),
        fresh(row("local.tls_tickets", "1", boolean(FIELD(bool, local.tls.tickets)),
                  {"", "Give clients tickets with which they resume their TLS sessions",
                   "A handshake that resumes takes less time and work on both sides. "
                   "The key of the tickets is made at the start, renewed every 12 hours, and is in memory alone. "
                   "With 0 each connection makes a full handshake."})),
    };
}

std::vector<Setting> trust()
{
    return {
        now(row(
            "target.N.tls", "off", useForTarget(FIELD(Use, targets[i].tls.use)),
            {"",
             "TLS of connections to target N: off, on from their first byte, or starttls: as its protocol asks for it",
             "Clients need not know of it: they speak to Proximux in clear text, unless local.tls is on. "
             "Servers of postgresql and mysql want starttls. "
             "A handshake that fails counts as a failed attempt to connect, within pool.connect_timeout. "
             "Example: target.1.tls = on for a managed Redis on port 6380."})),
        now(row("target.N.tls_verify", "full",
                choice<Verify>({{"full", Verify::full}, {"chain", Verify::chain}, {"none", Verify::none}},
                               FIELD(Verify, targets[i].tls.verify)),
                {"", "What to check of target N's certificate: full (signature and name), chain (signature), or none",
                 "With chain any certificate that a trusted authority has signed will do, whatever its name. "
                 "With none anybody on the way can pretend to be the target; the log says so at the start. "
                 "Example: target.1.tls_verify = chain for a cluster whose nodes share one certificate."})),
        now(row("target.N.tls_ca", "", path(FIELD(std::string, targets[i].tls.ca)),
                {"", "File of certificates, or folder of them, whose signatures on target N's certificate are trusted",
                 "Without it those of the system are trusted. "
                 "The file is PEM, and may hold several; a folder is one that openssl rehash has prepared. "
                 "A certificate that has signed itself is trusted where it stands here. "
                 "Example: target.1.tls_ca = /etc/proximux/redis-ca.pem."})),
        now(row("target.N.tls_name", "", host(FIELD(std::string, targets[i].tls.name)),
                {"", "Name that target N is asked for (SNI) and that its certificate must have; empty: target.N.host",
                 "Set it where the target is reached by an address, or by another name than that in its certificate. "
                 "An address is verified as such, and never asked for. "
                 "Example: target.1.tls_name = cache.example.com for target.1.host = 10.0.0.5."})),
        now(row("target.N.tls_crl", "", path(FIELD(std::string, targets[i].tls.crl)),
                {"", "File of lists of revoked certificates, PEM",
                 "It needs a list of each authority between the target's certificate and the trusted one. "
                 "A list that has expired makes the handshake fail, so renew it and reload. "
                 "Example: target.1.tls_crl = /etc/proximux/revoked.pem."})),
    };
}

std::vector<Setting> identity()
{
    return {
        now(row("target.N.tls_certificate", "", path(FIELD(std::string, targets[i].tls.certificate)),
                {"", "Certificate that is shown to target N when it asks for one, PEM",
                 "The file holds the certificate, the authorities in between, and the key unless target.N.tls_key "
                 "names it. "
                 "A reload reads it again; open connections keep the old one until they are idle. "
                 "Example: target.1.tls_certificate = /etc/proximux/client.pem."})),
        now(row("target.N.tls_key", "", path(FIELD(std::string, targets[i].tls.key)),
                {"", "Private key of target.N.tls_certificate, PEM without a passphrase",
                 "Without it the key is in the file of the certificate. "
                 "Let only the service read the file. "
                 "Example: target.1.tls_key = /etc/proximux/client.key."})),
        now(row("target.N.tls_min_version", "1.2", version(FIELD(TlsVersion, targets[i].tls.minVersion)),
                {"", "Oldest version of TLS towards target N: 1.2 or 1.3",
                 about(MIN_VERSION, "target.1.tls_min_version")})),
        now(row("target.N.tls_ciphers", TlsSettings::CIPHERS,
                text("a list of ciphers as OpenSSL takes it", FIELD(std::string, targets[i].tls.ciphers)),
                {"", "Ciphers of TLS 1.2 towards target N", about(CIPHERS, "target.1.tls_ciphers")})),
        now(row("target.N.tls_ciphersuites", "",
                text("names of cipher suites with colons between", FIELD(std::string, targets[i].tls.ciphersuites)),
                {"", "Cipher suites of TLS 1.3 towards target N", about(CIPHERSUITES, "target.1.tls_ciphersuites")})),
        now(row("target.N.tls_alpn", "", list(PROTOCOLS, NAME, FIELD(std::vector<std::string>, targets[i].tls.alpn)),
                {"", "Protocols that target N is offered (ALPN), separated by commas",
                 "Most targets need none. "
                 "One that knows none of them may refuse the handshake. "
                 "Example: target.1.tls_alpn = http/1.1 for a server that would choose HTTP/2 otherwise."})),
        now(row("target.N.tls_resume", "1", boolean(FIELD(bool, targets[i].tls.resume)),
                {"", "Keep the last TLS session of target N, and resume it",
                 "A handshake that resumes takes less time and work on both sides. "
                 "A target that does not resume makes a full one. "
                 "The value 0 verifies the target's certificate at each connection."})),
    };
}

} // namespace

std::vector<Setting> localTlsSettings()
{
    return joined(certificates(), joined(clients(), negotiation()));
}

std::vector<Setting> targetTlsSettings()
{
    return joined(trust(), identity());
}

std::vector<Setting> tlsFileSettings()
{
    return {
        now(row("tls.watch", "60s", duration(SECOND, DAY, Off::zeroToo, FIELD(Duration, tls.watch)),
                {"",
                 "Time between two looks at whether files of certificates, keys and revocations have changed; 0: none",
                 "Changed files are put in force as by the admin command reload certificates. "
                 "If one of them cannot be used, all stay as they were, and the log says why, once for each change. "
                 "Only times, sizes and numbers of files are looked at. "
                 "Example: tls.watch = 0 if the program that renews certificates asks for a reload itself."})),
    };
}

} // namespace proximux::table
