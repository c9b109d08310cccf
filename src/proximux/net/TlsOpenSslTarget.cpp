// Tls: towards targets, by OpenSSL.

#include <proximux/net/TlsOpenSslContext.h>

#include <proximux/AddressRange.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <mutex>
#include <utility>

namespace proximux
{

namespace openssl
{

namespace
{

/// A name that is an address is verified as such, and never asked for.
bool isAddress(const std::string& name)
{
    return AddressRange::parse(name).has_value();
}

/// Of one target. Keeps its last session, to be resumed.
class TargetContext : public TlsContext, public std::enable_shared_from_this<TargetContext>
{
public:
    TargetContext(ContextMaker& maker, std::string name)
        : TlsContext(maker.certificates())
        , _context(maker.take())
        , _name(std::move(name))
    {
    }

    void keepSessions()
    {
        SSL_CTX_set_app_data(_context.get(), this);
        SSL_CTX_set_session_cache_mode(_context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(_context.get(), onSession);
    }

    std::unique_ptr<TlsTransport> begin(std::unique_ptr<Transport> plain) override
    {
        auto channel = std::make_unique<Channel>(_context.get(), std::move(plain), Side::client, _name);
        channel->keep(shared_from_this());
        if (!isAddress(_name))
            SSL_set_tlsext_host_name(channel->connection(), _name.c_str());
        const std::lock_guard<std::mutex> lock(_mutex);
        if (_session)
            SSL_set_session(channel->connection(), _session.get());
        return channel;
    }

private:
    /// Returns 1: the session is ours now.
    static int onSession(SSL* connection, SSL_SESSION* session)
    {
        auto& self = *static_cast<TargetContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
        const std::lock_guard<std::mutex> lock(self._mutex);
        self._session.reset(session);
        return 1;
    }

    const Owned<SSL_CTX> _context;
    const std::string _name;
    std::mutex _mutex;
    Owned<SSL_SESSION> _session; ///< guarded by _mutex
};

/// Has the name of the target's certificate verified.
void expectName(ContextMaker& maker, const std::string& name)
{
    X509_VERIFY_PARAM* const rules = SSL_CTX_get0_param(maker.context());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int taken = isAddress(name) ? X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str())
                                      : X509_VERIFY_PARAM_set1_host(rules, name.c_str(), name.size());
    if (taken != 1)
        maker.refuse("tls_name", "not a name that can be verified; expected a host name or an address");
}

} // namespace

} // namespace openssl

namespace tls
{

bool isBuiltIn()
{
    return true;
}

TlsResult forTarget(const TargetTls& settings, const std::string& host)
{
    using Verify = TargetTls::Verify;
    const std::string& name = settings.name.empty() ? host : settings.name;
    openssl::ContextMaker maker(TLS_client_method());
    maker.useCommon(settings);
    if (const std::string protocols = openssl::protocolList(settings.alpn); !protocols.empty())
        SSL_CTX_set_alpn_protos(maker.context(), reinterpret_cast<const unsigned char*>(protocols.data()),
                                static_cast<unsigned>(protocols.size()));
    if (!settings.certificate.empty())
        maker.useCertificate(settings.certificate, settings.key);
    if (settings.verify != Verify::none)
    {
        maker.useTrusted("tls_ca", settings.ca);
        maker.useRevoked("tls_crl", settings.crl);
        SSL_CTX_set_verify(maker.context(), SSL_VERIFY_PEER, openssl::Channel::onVerify);
    }
    if (settings.verify == Verify::full)
        openssl::expectName(maker, name);
    if (!maker.mistakes().empty())
        return {nullptr, "", maker.mistakes()};
    auto context = std::make_shared<openssl::TargetContext>(maker, name);
    if (settings.resume)
        context->keepSessions();
    return {std::move(context), maker.fingerprint(), {}};
}

} // namespace tls

} // namespace proximux
