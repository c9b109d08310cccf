#pragma once

#include <proximux/Bytes.h>

#include <memory>
#include <string>

namespace proximux
{

/// What follows from bytes of a conversation in which TLS begins. The texts are for the peer of its TlsStart, or for
/// the other side.
struct TlsStep
{
    enum class Kind
    {
        more,   ///< the conversation goes on
        secure, ///< TLS begins with the peer, behind `reply`
        open,   ///< the connection can be used; the conversation goes on with what passes, unless it is over
        refuse  ///< the connection is to be closed, behind `reply`
    };

    Kind kind = Kind::more;
    std::string reply;    ///< to the peer
    std::string behind;   ///< to the peer, inside of TLS
    std::string passed;   ///< to the other side
    const char* why = ""; ///< it is refused
};

/// The conversation of one connection in which TLS begins inside of the protocol. Does no I/O: receives bytes in pieces
/// of any size. No input makes it throw, or keep more than a few kilobytes. Used in the thread of its connection.
class TlsStart
{
public:
    virtual ~TlsStart() = default;

    /// What the peer is sent first.
    [[nodiscard]] virtual std::string opening() const { return {}; }

    /// The peer has sent these bytes. Nothing may be read of it while its handshake lasts.
    virtual TlsStep received(Bytes bytes) = 0;

    /// The other side has sent these bytes for the peer, which has not had them yet.
    virtual TlsStep sending(Bytes bytes)
    {
        TlsStep step;
        step.reply = bytes;
        return step;
    }

    /// Whether everything passes unchanged from now on.
    [[nodiscard]] virtual bool isOver() const = 0;

    /// For sending(), by who wants to know of the peer whether TLS begins, and has no other side: what a client would
    /// say next.
    [[nodiscard]] virtual std::string login() const { return {}; }
};

/// What is offered to a client that speaks clear text.
enum class TlsOffer
{
    none,
    optional, ///< TLS, if it asks for it
    required  ///< TLS, and nothing without it
};

/// How TLS begins inside of a protocol, where it does.
struct TlsStarts
{
    /// The conversation with a client. May return null: nothing is to be heeded.
    std::unique_ptr<TlsStart> (*withClient)(TlsOffer offer) = nullptr;

    /// The conversation with a target. offer: to the client.
    std::unique_ptr<TlsStart> (*withTarget)(TlsOffer offer) = nullptr;

    /// Whether the target speaks first, and a client asks for TLS behind its greeting. In proxy mode a client can have
    /// TLS only if its target has it, too.
    bool isGreeted = false;

    [[nodiscard]] bool areThere() const { return withClient != nullptr; }
};

} // namespace proximux
