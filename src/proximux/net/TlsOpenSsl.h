#pragma once

// What the files of TLS by OpenSSL share. Only TlsOpenSsl*.cpp include this header.

#include <proximux/config/TlsFiles.h>
#include <proximux/net/Tls.h>

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace proximux::openssl
{

/// Frees an object of OpenSSL by the function of its kind.
struct Free
{
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* connection) const { SSL_free(connection); }
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(X509_CRL* list) const { X509_CRL_free(list); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(ASN1_TIME* time) const { ASN1_TIME_free(time); }
};

template <class T>
using Owned = std::unique_ptr<T, Free>;

/// The newest error of this thread's calls in words, without it where it is none. Forgets all of them.
std::string takeErrorText(const char* otherwise);

/// A name of a certificate, as "CN=db.example,O=Example".
std::string nameOf(const X509_NAME* name);

/// What was found wrong with a peer's certificate.
struct Verdict
{
    int error = X509_V_OK;
    std::string subject;
};

/// What is known of a handshake that failed.
struct Evidence
{
    Verdict verdict;        ///< of the peer's certificate
    int systemError = 0;    ///< of the last call of the transport below
    bool hasEnded = false;  ///< the peer has ended the connection
    std::string_view first; ///< the first bytes that the peer sent
    std::string expected;   ///< the name that the peer's certificate must have
};

/// Whether what a peer says first may be the beginning of TLS.
bool beginsAsTls(std::string_view first);

/// Judges by the evidence and by the errors of this thread's calls, which it forgets.
TlsFailure failureOf(const Evidence& evidence);

/// The certificate's side of a connection.
enum class Side
{
    client, ///< we connect
    server
};

/// TLS on a transport that it owns, with our modes set.
class Channel : public TlsTransport
{
public:
    /// expected: see Evidence.
    Channel(SSL_CTX* context, std::unique_ptr<Transport> plain, Side side, std::string expected);
    ~Channel() override;

    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    [[nodiscard]] SSL* connection() const { return _connection.get(); }

    /// Keeps what the callbacks of the context use.
    void keep(std::shared_ptr<TlsContext> owner) { _owner = std::move(owner); }

    IoResult::Kind handshake() override;
    [[nodiscard]] const TlsFailure& failure() const override { return _failure; }
    [[nodiscard]] bool awaitsPeer() const override { return SSL_is_server(_connection.get()) == 1; }
    void allowTruncation() override { _allowsTruncation = true; }

    IoResult receive(char* into, std::size_t size) override;
    IoResult send(Bytes bytes) override;
    IoResult peek() override;
    void acknowledge() override { _plain->acknowledge(); }
    void shutdownSend() override;
    void resetOnClose() override;
    int takeError() override { return _plain->takeError(); }
    [[nodiscard]] poco_socket_t handle() const override { return _plain->handle(); }
    [[nodiscard]] std::string channelBinding() const override;
    [[nodiscard]] ErrorText describe(int error) const override;

    /// Notes what is wrong with the peer's certificate: OpenSSL's callback for each certificate of a chain.
    static int onVerify(int isGood, X509_STORE_CTX* store);

private:
    /// Which call is to go on later.
    enum class Call
    {
        read,
        write
    };

    static const BIO_METHOD* method();
    static int onRead(BIO* bio, char* into, int size);
    static int onWrite(BIO* bio, const char* bytes, int size);
    static long onControl(BIO* bio, int command, long number, void* pointer);
    IoResult outcome(int code, Call call);
    IoResult readFailure();

    std::shared_ptr<TlsContext> _owner;
    std::unique_ptr<Transport> _plain;
    Owned<SSL> _connection;
    std::string _expected;
    Verdict _verdict;
    TlsFailure _failure;
    std::string _first;       ///< bytes of the peer, until the handshake is done
    std::string _text;        ///< of the failure of the protocol
    IoResult _last;           ///< how reading has ended, once it has
    std::size_t _retried = 0; ///< bytes of a write that is to be repeated; 0: none
    int _systemError = 0;
    bool _hasEnded = false; ///< the transport below
    bool _isReady = false;  ///< the handshake is done
    bool _isReset = false;
    bool _allowsTruncation = false;
};

} // namespace proximux::openssl
