#pragma once

#include <proximux/ClientTls.h>
#include <proximux/TlsSettings.h>
#include <proximux/net/Transport.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// A handshake that failed.
struct TlsFailure
{
    TlsReason reason{};
    int error = 0;    ///< of the system; 0: none
    std::string code; ///< symbolic: "CERT_HAS_EXPIRED", "ECONNRESET"
    std::string text; ///< readable: "certificate has expired (subject CN=db.example)"
};

/// TLS over another transport. Until handshake() has returned `done`, nothing else may be called of it but handle(),
/// wants() and resetOnClose(). On destruction it sends close_notify, unless it is to be reset.
class TlsTransport : public Transport
{
public:
    /// Goes on with the handshake. wouldBlock: call it again when the socket is ready for what wants() says of reading.
    /// failed: failure() tells why.
    virtual IoResult::Kind handshake() = 0;

    [[nodiscard]] virtual const TlsFailure& failure() const = 0;

    /// Whether the peer has the first word: before it has come, handshake() does nothing but take memory.
    [[nodiscard]] virtual bool awaitsPeer() const = 0;

    /// From now on the peer may end the connection without close_notify, as many do: that is an end, and no failure.
    virtual void allowTruncation() = 0;

    /// What is known of the client once handshake() has returned `done`. Empty on the side of a client.
    [[nodiscard]] virtual ClientTls client() const { return {}; }
};

/// Certificates, keys and rules of one side, as they were read from their files. Any thread.
class TlsContext
{
public:
    virtual ~TlsContext() = default;

    /// Begins TLS on a new connection.
    [[nodiscard]] virtual std::unique_ptr<TlsTransport> begin(std::unique_ptr<Transport> plain) = 0;

    /// What is shown to peers, one of each file.
    [[nodiscard]] const std::vector<TlsCertificate>& certificates() const { return _certificates; }

protected:
    explicit TlsContext(std::vector<TlsCertificate> certificates)
        : _certificates(std::move(certificates))
    {
    }

    /// Before the context is used.
    void addCertificates(const std::vector<TlsCertificate>& more)
    {
        _certificates.insert(_certificates.end(), more.begin(), more.end());
    }

private:
    std::vector<TlsCertificate> _certificates;
};

} // namespace proximux
