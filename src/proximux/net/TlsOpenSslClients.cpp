// Tls: towards clients, by OpenSSL.

#include <proximux/net/TlsOpenSslContext.h>
#include <proximux/net/TlsOpenSslNames.h>
#include <proximux/net/TlsOpenSslTickets.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace proximux
{

namespace openssl
{

namespace
{

constexpr std::string_view SESSIONS = "proximux"; ///< whose sessions these are; OpenSSL wants a name

/// A connection with a client.
class ClientChannel : public Channel
{
public:
    /// names: of which its certificate must have one; empty: any.
    ClientChannel(SSL_CTX* context, std::unique_ptr<Transport> plain, const std::vector<std::string>& names)
        : Channel(context, std::move(plain), Side::server, "one of local.tls_client_names")
        , _names(names)
    {
    }

    [[nodiscard]] ClientTls client() const override
    {
        ClientTls told;
        told.version = SSL_get_version(connection());
        told.cipher = SSL_get_cipher_name(connection());
        told.isResumed = SSL_session_reused(connection()) == 1;
        if (const X509* const certificate = SSL_get0_peer_certificate(connection()))
        {
            told.name = chosenOf(certificate);
            told.commonName = commonNameOf(certificate);
            told.isCertified = true;
        }
        if (const char* const asked = SSL_get_servername(connection(), TLSEXT_NAMETYPE_host_name))
            told.serverName = asked;
        const unsigned char* chosen = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(connection(), &chosen, &size);
        if (size > 0)
            told.alpn.assign(reinterpret_cast<const char*>(chosen), size);
        return told;
    }

private:
    /// The common name is the last one.
    [[nodiscard]] std::string chosenOf(const X509* certificate) const
    {
        if (!_names.empty())
            return nameAmong(certificate, _names).value_or("");
        const std::vector<std::string> names = namesOf(certificate);
        return names.empty() ? "" : names.back();
    }

    const std::vector<std::string>& _names; ///< of the context, which outlives it
};

/// All certificates of an address, with its rules.
class ClientsContext : public TlsContext, public std::enable_shared_from_this<ClientsContext>
{
public:
    explicit ClientsContext(const LocalTls& settings)
        : TlsContext({})
        , _alpn(settings.alpn)
        , _names(settings.clientNames)
        , _isStrict(settings.strictSni)
        , _tickets(TicketKeys::Clock::now())
    {
    }

    /// Call it for each certificate, before begin().
    void add(ContextMaker& maker, const LocalTls& settings)
    {
        addCertificates(maker.certificates());
        Owned<SSL_CTX> context = maker.take();
        SSL_CTX* const added = context.get();
        SSL_CTX_set_app_data(added, this);
        SSL_CTX_set_tlsext_servername_callback(added, onName);
        SSL_CTX_set_tlsext_servername_arg(added, this);
        if (!_alpn.empty())
            SSL_CTX_set_alpn_select_cb(added, onProtocols, this);
        SSL_CTX_set_session_id_context(added, reinterpret_cast<const unsigned char*>(SESSIONS.data()),
                                       static_cast<unsigned>(SESSIONS.size()));
        SSL_CTX_set_session_cache_mode(added, SSL_SESS_CACHE_OFF);
        if (settings.tickets)
            SSL_CTX_set_tlsext_ticket_key_evp_cb(added, onTicket);
        else
        {
            SSL_CTX_set_options(added, SSL_OP_NO_TICKET);
            SSL_CTX_set_num_tickets(added, 0);
        }
        if (settings.clients != LocalTls::Clients::none)
            SSL_CTX_set_verify(
                added,
                SSL_VERIFY_PEER |
                    (settings.clients == LocalTls::Clients::required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                onVerify);
        _contexts.push_back(std::move(context));
    }

    std::unique_ptr<TlsTransport> begin(std::unique_ptr<Transport> plain) override
    {
        auto channel = std::make_unique<ClientChannel>(_contexts.front().get(), std::move(plain), _names);
        channel->keep(shared_from_this());
        return channel;
    }

private:
    /// Chooses a certificate by the name that the client asks for.
    static int onName(SSL* connection, int* alert, void* owner)
    {
        auto& self = *static_cast<ClientsContext*>(owner);
        const char* const asked = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
        if (asked == nullptr)
            return SSL_TLSEXT_ERR_OK;
        for (const auto& each : self._contexts)
            if (X509_check_host(SSL_CTX_get0_certificate(each.get()), asked, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                                nullptr) == 1)
            {
                SSL_set_SSL_CTX(connection, each.get());
                return SSL_TLSEXT_ERR_OK;
            }
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return self._isStrict ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_OK;
    }

    /// Chooses a protocol in our order of preference.
    static int onProtocols(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                           unsigned length, void* owner)
    {
        for (const std::string& wanted : static_cast<ClientsContext*>(owner)->_alpn)
            for (unsigned at = 0; at < length; at += 1U + offered[at])
                if (std::string_view(reinterpret_cast<const char*>(offered + at + 1), offered[at]) == wanted)
                {
                    *chosen = offered + at + 1;
                    *size = offered[at];
                    return SSL_TLSEXT_ERR_OK;
                }
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    static int onVerify(int isGood, X509_STORE_CTX* store)
    {
        const auto* const connection =
            static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
        const auto& self = *static_cast<ClientsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
        if (isGood == 1 && X509_STORE_CTX_get_error_depth(store) == 0 && !self._names.empty() &&
            !nameAmong(X509_STORE_CTX_get_current_cert(store), self._names))
        {
            X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
            isGood = 0;
        }
        return Channel::onVerify(isGood, store);
    }

    /// Prepares the encryption or decryption of a ticket. Returns 0 for one of an unknown key, 2 for one to be renewed.
    static int onTicket(SSL* connection, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                        EVP_MAC_CTX* mac, int encrypts)
    {
        auto& self = *static_cast<ClientsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
        const auto now = TicketKeys::Clock::now();
        TicketKeys::Key key;
        bool isOld = false;
        if (encrypts == 1)
        {
            key = self._tickets.current(now);
            std::copy(key.name.begin(), key.name.end(), name);
            if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1)
                return -1;
        }
        else if (!self._tickets.find(name, key, isOld, now))
            return 0;
        char digest[] = "SHA256";
        const OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
        if (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.secret.data(), iv, encrypts) != 1 ||
            EVP_MAC_CTX_set_params(mac, parameters) != 1)
            return -1;
        return isOld ? 2 : 1;
    }

    const std::vector<std::string> _alpn;
    const std::vector<std::string> _names;
    const bool _isStrict;
    TicketKeys _tickets;
    std::vector<Owned<SSL_CTX>> _contexts; ///< of each certificate
};

} // namespace

} // namespace openssl

namespace tls
{

TlsResult forClients(const LocalTls& settings)
{
    TlsResult result;
    const auto context = std::make_shared<openssl::ClientsContext>(settings);
    for (std::size_t i = 0; i < settings.certificates.size(); ++i)
    {
        openssl::ContextMaker maker(TLS_server_method());
        SSL_CTX_set_options(maker.context(), SSL_OP_CIPHER_SERVER_PREFERENCE);
        maker.useCommon(settings);
        maker.useCertificate(settings.certificates[i], i < settings.keys.size() ? settings.keys[i] : "");
        if (settings.clients != LocalTls::Clients::none)
        {
            maker.useTrusted("tls_client_ca", settings.clientCa);
            maker.useRevoked("tls_client_crl", settings.clientCrl);
        }
        result.fingerprint += maker.fingerprint();
        for (const TlsMistake& mistake : maker.mistakes())
            if (std::find(result.mistakes.begin(), result.mistakes.end(), mistake) == result.mistakes.end())
                result.mistakes.push_back(mistake);
        if (maker.mistakes().empty())
            context->add(maker, settings);
    }
    if (result.mistakes.empty())
        result.context = context;
    return result;
}

} // namespace tls

} // namespace proximux
