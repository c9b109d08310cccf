#pragma once

#include <proximux/net/TlsHandshake.h>
#include <proximux/net/Transport.h>
#include <proximux/net/loop/Reactor.h>
#include <proximux/wire/Buffer.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace proximux
{

/// The read buffer that all connections of a reactor share; its size limits one read.
using Scratch = std::vector<char>;

/// One open connection in a reactor: sends bytes, buffers the unsent ones, reads unless it is held, and reports events
/// through its hooks. ClientSession and TargetConnection derive from it.
///
///                     send()                                   received()
///     owner ---> [ unsent ] ---> Transport ---> peer    peer ---> Transport ---> owner
///                     |                                  reads while: not held, no FIN received
///                     +-- waits for writable(); then sent(), and FIN if end() was called
///
/// sendLater() gathers bytes until flush(), so that all bytes of a turn leave in one send.
///
/// TLS may begin in the middle: while its handshake lasts, nothing is read, and what is sent waits.
///
/// The hooks are never called from within send(), hold(), end() or secure(). Use it in its reactor's thread only.
class Connection : public EventHandler
{
public:
    Connection(Reactor& reactor, Scratch& scratch);
    ~Connection() override;

    /// Takes ownership of the transport and registers it, held: call hold(false) to start reading.
    void open(std::unique_ptr<Transport> transport);

    [[nodiscard]] bool isOpen() const { return _transport != nullptr || _handshake != nullptr; }

    /// Begins TLS on an open connection: handshakeDone() or securingFailed() follows. strict: the end without
    /// close_notify is a failure. Returns false if clear text still waits to be sent, or the connection has ended.
    bool secure(TlsContext& context, bool strict, Instant deadline);

    /// Sends the bytes and buffers what cannot be sent at once. Returns the number of unsent bytes.
    std::size_t send(Bytes bytes);

    /// Gathers the bytes until flush(), or sends them if many were gathered. Returns the number of bytes that the peer
    /// does not accept yet.
    std::size_t sendLater(Bytes bytes);

    /// Whether there are gathered bytes for flush().
    [[nodiscard]] bool isGathering() const { return _gathering; }

    /// Sends the gathered bytes. Returns the number of unsent bytes.
    std::size_t flush();

    /// Looks for unread input without reading it. wouldBlock: none; done: there is some; ended: FIN received, or not
    /// usable.
    [[nodiscard]] IoResult::Kind peek();

    /// Acknowledges received bytes without delay (TCP_QUICKACK).
    void acknowledge();

    /// Stops or resumes reading.
    void hold(bool hold);

    /// Sends FIN once all bytes are sent.
    void end();

    /// Closes the connection, with RST if `reset`; otherwise gathered bytes are sent first, as far as the peer takes
    /// them. Discards unsent bytes. No hook is called any more.
    void close(bool reset);

    /// Limits one read to `bytes` (0: the scratch size).
    void limitReads(std::size_t bytes) { _readLimit = bytes; }

    /// The socket of an open connection that is not in a handshake.
    [[nodiscard]] poco_socket_t handle() const { return _transport->handle(); }

    [[nodiscard]] std::size_t waiting() const { return _unsent.size(); }

    void readable() override;
    void writable() override;
    bool hungUp() override;
    void faulted(const std::exception& exception) noexcept override;

protected:
    virtual void received(Bytes bytes) = 0;
    virtual void ended() = 0;
    virtual void sent(std::size_t waiting) = 0;
    virtual void lost(int error, const char* syscall) = 0;
    virtual void broken() = 0; ///< a hook threw

    /// The handshake that secure() has begun is done.
    virtual void handshakeDone(const TlsTransport& transport) { static_cast<void>(transport); }

    /// It has failed. The connection is closed and can be neither read nor written.
    virtual void securingFailed(const TlsFailure& failure) { static_cast<void>(failure); }

    /// Whether input that is still unread matters after the peer has reset the connection or sending has failed. If so,
    /// it is read first, once the connection is no longer held; then lost() is called.
    [[nodiscard]] virtual bool isReadToTheEnd() const = 0;

    Reactor& reactor() const { return _reactor; }

    /// What lost() was called with, in words.
    [[nodiscard]] ErrorText describe(int error) const { return _transport->describe(error); }

private:
    class Securing;

    enum class Fin : unsigned char
    {
        none,
        wanted,
        sent
    };

    [[nodiscard]] bool isReading() const { return !_held && !_ended && !_failed; }
    void read();
    void heedNeeds();
    void goOn();
    void readPending();
    void update();
    void sendFailed(int error);
    void fail(int error, const char* syscall);
    void sendFin();

    Reactor& _reactor;
    Scratch& _scratch;
    std::unique_ptr<Transport> _transport;    ///< but while its handshake lasts
    std::unique_ptr<TlsListener> _securing;   ///< hears of its handshake
    std::unique_ptr<TlsHandshake> _handshake; ///< while it lasts
    Reactor::Registration _registration;
    Buffer _unsent;
    std::size_t _readLimit = 0;
    bool _gathering = false; ///< the unsent bytes were gathered and not tried yet
    bool _held = true;
    bool _deferred = false; ///< readPending() will be called
    unsigned _needs = 0;    ///< of the transport, as they are watched for
    bool _ended = false;    ///< the peer's FIN came
    bool _failed = false;   ///< lost() was or will be called
    int _sendError = 0;     ///< error of the failed send, or 0; after it the peer's remaining bytes are still read
    Fin _fin = Fin::none;
};

} // namespace proximux
