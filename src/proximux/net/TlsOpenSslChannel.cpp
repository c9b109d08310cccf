// Tls: a connection, by OpenSSL.

#include <proximux/net/TlsOpenSsl.h>

#include <openssl/err.h>

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

namespace proximux::openssl
{

namespace
{

constexpr std::size_t RECORD = SSL3_RT_MAX_PLAIN_LENGTH; ///< bytes of a record at most
constexpr std::size_t FIRST = 32;                        ///< bytes kept of what a peer says first

// errors of ours
constexpr int TRUNCATED = -1;
constexpr int PROTOCOL = -2;

} // namespace

/// Over our own transport instead of OpenSSL's socket: it raises no signal and is the same on every system.
const BIO_METHOD* Channel::method()
{
    static const Owned<BIO_METHOD> METHOD = []
    {
        Owned<BIO_METHOD> made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "proximux transport"));
        if (!made || BIO_meth_set_read(made.get(), onRead) != 1 || BIO_meth_set_write(made.get(), onWrite) != 1 ||
            BIO_meth_set_ctrl(made.get(), onControl) != 1)
            throw std::bad_alloc();
        return made;
    }();
    return METHOD.get();
}

Channel::Channel(SSL_CTX* context, std::unique_ptr<Transport> plain, Side side, std::string expected)
    : _plain(std::move(plain))
    , _connection(SSL_new(context))
    , _expected(std::move(expected))
{
    Owned<BIO> bio(BIO_new(method()));
    if (!_connection || !bio)
        throw std::bad_alloc();
    BIO_set_data(bio.get(), this);
    BIO_set_init(bio.get(), 1);
    SSL* const connection = _connection.get();
    BIO* const both = bio.release();
    SSL_set_bio(connection, both, both);
    SSL_set_app_data(connection, this);
    side == Side::server ? SSL_set_accept_state(connection) : SSL_set_connect_state(connection);
}

Channel::~Channel()
{
    ERR_clear_error();
    if (_isReady && !_isReset && _last.kind != IoResult::Kind::failed)
        SSL_shutdown(_connection.get()); // as far as the peer takes it
    ERR_clear_error();
}

// ------------------------------------------------------------------------------------------------ the transport below

int Channel::onRead(BIO* bio, char* into, int size)
{
    auto& self = *static_cast<Channel*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const IoResult result = self._plain->receive(into, static_cast<std::size_t>(size));
    switch (result.kind)
    {
    case IoResult::Kind::done:
        if (!self._isReady && self._first.size() < FIRST)
            self._first.append(into, std::min(result.bytes, FIRST - self._first.size()));
        return static_cast<int>(result.bytes);
    case IoResult::Kind::wouldBlock:
        BIO_set_retry_read(bio);
        return -1;
    case IoResult::Kind::ended:
        self._hasEnded = true;
        return 0;
    case IoResult::Kind::failed:
        self._systemError = result.error;
        return -1;
    }
    return -1;
}

int Channel::onWrite(BIO* bio, const char* bytes, int size)
{
    auto& self = *static_cast<Channel*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const IoResult result = self._plain->send({bytes, static_cast<std::size_t>(size)});
    if (result.kind == IoResult::Kind::done && result.bytes > 0)
        return static_cast<int>(result.bytes);
    if (result.kind == IoResult::Kind::failed)
        self._systemError = result.error;
    else
        BIO_set_retry_write(bio);
    return -1;
}

long Channel::onControl(BIO* bio, int command, long, void*)
{
    if (command == BIO_CTRL_FLUSH)
        return 1; // nothing is kept
    return command == BIO_CTRL_EOF && static_cast<Channel*>(BIO_get_data(bio))->_hasEnded ? 1 : 0;
}

// ------------------------------------------------------------------------------------------------ the handshake

int Channel::onVerify(int isGood, X509_STORE_CTX* store)
{
    auto* const connection = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& self = *static_cast<Channel*>(SSL_get_app_data(connection));
    if (isGood == 0 && self._verdict.error == X509_V_OK)
    {
        X509* const certificate = X509_STORE_CTX_get_current_cert(store);
        self._verdict = {X509_STORE_CTX_get_error(store),
                         certificate != nullptr ? nameOf(X509_get_subject_name(certificate)) : ""};
    }
    return isGood;
}

IoResult::Kind Channel::handshake()
{
    ERR_clear_error();
    const int code = SSL_do_handshake(_connection.get());
    if (code == 1)
    {
        setNeed(readNeedsWritable, false);
        _isReady = true;
        _first = {};
        return IoResult::Kind::done;
    }
    const int why = SSL_get_error(_connection.get(), code);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
    {
        setNeed(readNeedsWritable, why == SSL_ERROR_WANT_WRITE);
        return IoResult::Kind::wouldBlock;
    }
    char more[FIRST]; // OpenSSL has read no further than it had to
    if (!beginsAsTls(_first) && _first.size() < FIRST)
        onRead(SSL_get_rbio(_connection.get()), more, static_cast<int>(FIRST - _first.size()));
    _failure = failureOf({_verdict, _systemError, _hasEnded, _first, _expected});
    return IoResult::Kind::failed;
}

/// By the hash of the certificate's signature, but for those that are weak.
std::string Channel::channelBinding() const
{
    const Owned<X509> certificate(SSL_get1_peer_certificate(_connection.get()));
    int hash = NID_undef;
    if (!_isReady || !certificate || X509_get_signature_info(certificate.get(), &hash, nullptr, nullptr, nullptr) != 1)
        return {};
    const EVP_MD* method = hash == NID_md5 || hash == NID_sha1 ? EVP_sha256() : EVP_get_digestbyname(OBJ_nid2sn(hash));
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (method == nullptr || X509_digest(certificate.get(), method, digest, &size) != 1)
        return {};
    return {reinterpret_cast<const char*>(digest), size};
}

// ------------------------------------------------------------------------------------------------ bytes

IoResult Channel::receive(char* into, std::size_t size)
{
    if (_last.kind != IoResult::Kind::done)
    {
        setNeed(readPending, false);
        return _last;
    }
    std::size_t all = 0;
    IoResult result;
    do // what is read of a record is to be read whole, as far as there is room: the socket does not tell of the rest
    {
        ERR_clear_error();
        std::size_t some = 0;
        const int code = SSL_read_ex(_connection.get(), into + all, size - all, &some);
        result = code == 1 ? IoResult() : outcome(code, Call::read);
        all += some;
    } while (result.kind == IoResult::Kind::done && size - all >= RECORD);
    setNeed(readPending, SSL_pending(_connection.get()) > 0 || (all > 0 && _last.kind != IoResult::Kind::done));
    if (all == 0)
        return result;
    return {IoResult::Kind::done, all, 0};
}

IoResult Channel::peek()
{
    if (_last.kind != IoResult::Kind::done)
        return _last;
    char byte = 0;
    std::size_t some = 0;
    ERR_clear_error();
    const int code = SSL_peek_ex(_connection.get(), &byte, 1, &some);
    const IoResult result = code == 1 ? IoResult{IoResult::Kind::done, 1, 0} : outcome(code, Call::read);
    setNeed(readPending, SSL_pending(_connection.get()) > 0 || _last.kind != IoResult::Kind::done);
    return result;
}

/// A write that is to be repeated begins with the same bytes, and has at least as many.
IoResult Channel::send(Bytes bytes)
{
    assert(bytes.size() >= _retried);
    std::size_t all = 0;
    while (all < bytes.size())
    {
        ERR_clear_error();
        std::size_t some = 0;
        const int code = SSL_write_ex(_connection.get(), bytes.data() + all, bytes.size() - all, &some);
        if (code == 1)
        {
            all += some;
            continue;
        }
        const IoResult result = outcome(code, Call::write);
        if (result.kind == IoResult::Kind::failed)
            return result;
        _retried = std::min(bytes.size() - all, RECORD);
        return all > 0 ? IoResult{IoResult::Kind::done, all, 0} : result;
    }
    _retried = 0;
    setNeed(writeNeedsReadable, false);
    return {IoResult::Kind::done, all, 0};
}

IoResult Channel::outcome(int code, Call call)
{
    const int why = SSL_get_error(_connection.get(), code);
    const bool wantsRead = why == SSL_ERROR_WANT_READ;
    if (wantsRead || why == SSL_ERROR_WANT_WRITE)
    {
        if (call == Call::read)
            setNeed(readNeedsWritable, !wantsRead);
        else
            setNeed(writeNeedsReadable, wantsRead);
        return {IoResult::Kind::wouldBlock, 0, 0};
    }
    setNeed(call == Call::read ? readNeedsWritable : writeNeedsReadable, false);
    if (call == Call::read)
        return _last = why == SSL_ERROR_ZERO_RETURN ? IoResult{IoResult::Kind::ended, 0, 0} : readFailure();
    if (_systemError != 0)
        return {IoResult::Kind::failed, 0, _systemError};
    _text = takeErrorText("the connection has ended");
    return {IoResult::Kind::failed, 0, PROTOCOL};
}

/// Without close_notify anybody on the way may have ended the connection.
IoResult Channel::readFailure()
{
    if (_systemError != 0)
        return {IoResult::Kind::failed, 0, _systemError};
    if (_hasEnded)
        return _allowsTruncation ? IoResult{IoResult::Kind::ended, 0, 0}
                                 : IoResult{IoResult::Kind::failed, 0, TRUNCATED};
    _text = takeErrorText("a violation of the protocol");
    return {IoResult::Kind::failed, 0, PROTOCOL};
}

void Channel::shutdownSend()
{
    ERR_clear_error();
    const int code = SSL_shutdown(_connection.get());
    const bool blocks = code < 0 && SSL_get_error(_connection.get(), code) == SSL_ERROR_WANT_WRITE;
    setNeed(endNeedsWritable, blocks);
    if (!blocks)
        _plain->shutdownSend();
}

void Channel::resetOnClose()
{
    _isReset = true;
    _plain->resetOnClose();
}

ErrorText Channel::describe(int error) const
{
    if (error == TRUNCATED)
        return {"ETRUNCATED", "the connection ended without close_notify of TLS"};
    return error == PROTOCOL ? ErrorText{"ETLS", "TLS: " + _text} : TlsTransport::describe(error);
}

} // namespace proximux::openssl
