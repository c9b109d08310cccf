#pragma once

#include <proximux/reactor/Reactor.h>
#include <proximux/reactor/Transport.h>
#include <proximux/wire/Buffer.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace proximux
{

/// Where a reactor's connections read to, one after the other, and how much at once.
using Scratch = std::vector<char>;

/// One open connection in a reactor: sends what it is given, keeps what could not be sent, reads while it is not
/// held, and says what happened. ClientSession and TargetConnection derive from it.
///
///                     send()                                   received()
///     owner ---> [ unsent ] ---> Transport ---> peer    peer ---> Transport ---> owner
///                     |                                  reads while: not held, and no FIN came
///                     +-- waits for writable(); then sent(), and FIN where end() was called
///
/// What sendLater() is given is gathered until flush(), so that all of a turn leaves in one send.
///
/// The four hooks are never called from inside send(), hold() or end(). Used in its reactor's thread.
class Connection : public EventHandler
{
public:
    Connection(Reactor& reactor, Scratch& scratch);
    ~Connection() override;

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Takes the transport into service, held.
    void open(std::unique_ptr<Transport> transport);

    [[nodiscard]] bool isOpen() const { return _transport != nullptr; }

    /// Sends, or keeps what can't be sent at once. Returns how many bytes wait.
    std::size_t send(Bytes bytes);

    /// Keeps the bytes until flush(), or sends where many were gathered. Returns how many bytes wait for room with the
    /// peer.
    std::size_t sendLater(Bytes bytes);

    /// Whether flush() has something to do.
    [[nodiscard]] bool isGathering() const { return _gathering; }

    /// Sends what sendLater() gathered. Returns how many bytes wait.
    std::size_t flush();

    /// Whether nothing came behind what was read: IoResult::Kind::wouldBlock. `done`: there is something.
    [[nodiscard]] IoResult::Kind peek();

    /// The peer need not wait to hear that what it sent has come.
    void acknowledge();

    /// Reads no more, or goes on to.
    void hold(bool hold);

    /// Sends FIN once nothing waits.
    void end();

    /// Closes, by RST if wanted; what waits is thrown away. No hook is called any more.
    void close(bool reset);

    /// Reads at most so many bytes at once; 0 and more than the scratch: as many as that takes.
    void limitReads(std::size_t bytes) { _readLimit = bytes; }

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

    /// Whether what a peer had sent is still wanted when it has reset its connection, or nothing can be sent to it any
    /// more. If so it is read first, where need be when the peer is no longer held, and then lost() is called.
    [[nodiscard]] virtual bool isReadToTheEnd() const = 0;

    Reactor& reactor() const { return _reactor; }

private:
    enum class Fin : unsigned char
    {
        none,
        wanted,
        sent
    };

    void update();
    void sendFailed(int error);
    void fail(int error, const char* syscall);
    void sendFin();

    Reactor& _reactor;
    Scratch& _scratch;
    std::unique_ptr<Transport> _transport;
    Reactor::Registration _registration;
    Buffer _unsent;
    std::size_t _readLimit = 0;
    bool _gathering = false; ///< what is unsent was not yet tried
    bool _held = true;
    bool _ended = false;  ///< the peer's FIN came
    bool _failed = false; ///< and lost() was or will be called
    int _sendError = 0;   ///< nothing can be sent any more; what the peer had sent is still read
    Fin _fin = Fin::none;
};

} // namespace proximux
