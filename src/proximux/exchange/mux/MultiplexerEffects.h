#pragma once

#include <proximux/exchange/Exchange.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// What the exchanges of fifo and funnel ask of the world beyond what every exchange asks.
class MultiplexerEffects : public virtual Effects
{
public:
    enum class Quiet
    {
        yes,
        bytes, ///< something came that was not read yet
        ended  ///< FIN, or the connection is lost
    };

    /// Whether nothing came from the target behind what was read.
    virtual Quiet isQuiet(TargetId target) = 0;

    /// A part of a message came from the target, and more must follow. There are targets that send the second part when
    /// they know that the first has arrived, which the system tells them only after a while.
    virtual void awaitsMore(TargetId target) = 0;

    /// The client sent a request without a response. It may send the next one when it knows that this one has arrived
    /// (Nagle's algorithm), and no response tells it that.
    virtual void awaitsMore(ClientId client) = 0;

    /// The client's address: numeric; empty: unknown. Valid while the client is there.
    [[nodiscard]] virtual Bytes addressOf(ClientId client) const
    {
        static_cast<void>(client);
        return {};
    }

    /// Whether a further request of the client may be looked at now. Asked only with MultiplexerSettings::pace.
    [[nodiscard]] virtual bool mayAsk(ClientId client, Instant now) const
    {
        static_cast<void>(client);
        static_cast<void>(now);
        return true;
    }

    /// It has sent a request. Likewise.
    virtual void asked(ClientId client, Instant now)
    {
        static_cast<void>(client);
        static_cast<void>(now);
    }

    /// A check (Exchange::beginCheck) has ended: its response, or the beginning of it. lost: with its connection.
    virtual void checkEnded(std::size_t target, bool lost, Bytes response)
    {
        static_cast<void>(target);
        static_cast<void>(lost);
        static_cast<void>(response);
    }

    /// Says this to the target on a connection of its own, which is none of the pool's, and waits for the target to
    /// close it; what that says is thrown away. Errands to one target are done one after the other.
    /// Exchange::errandEnded() follows, by the deadline.
    virtual void beginErrand(std::uint64_t number, std::size_t target, const std::string& says, Instant deadline) = 0;

    /// Sends to the client what toClient() was given. Returns how many bytes wait.
    virtual std::size_t flushClient(ClientId client) = 0;

    /// Reads at most so many bytes from the client at once.
    virtual void limitClient(ClientId client, std::size_t bytes) = 0;
};

} // namespace proximux
