#pragma once

#include <proximux/Bytes.h>
#include <proximux/CloseReason.h>
#include <proximux/Id.h>
#include <proximux/Instant.h>
#include <proximux/exchange/Backlog.h>
#include <proximux/exchange/Inspection.h>
#include <proximux/protocol/CheckRequest.h>

#include <cstddef>
#include <cstdint>

namespace proximux
{

enum class How
{
    finish, ///< by FIN
    abort   ///< by RST: the peer sees that something was cut off
};

/// How an errand has ended.
enum class ErrandEnd
{
    unsaid, ///< nothing was said
    heard,  ///< the target has closed the connection behind it
    unknown ///< it may still be heard
};

/// All that an Exchange may ask of the world about connections that are there. It never calls back into the Exchange
/// from inside a call. In the program: Worker. In tests: a recorder.
class Effects
{
public:
    virtual ~Effects() = default;

    /// Passes bytes on. Returns how many wait unsent on that side; further progress is told by clientSent() and
    /// targetSent().
    virtual std::size_t toClient(ClientId client, Bytes bytes) = 0;
    virtual std::size_t toTarget(TargetId target, Bytes bytes) = 0;

    /// Stops reading from a peer, or goes on.
    virtual void holdClient(ClientId client, bool hold) = 0;
    virtual void holdTarget(TargetId target, bool hold) = 0;

    /// Sends FIN behind what waits; reading goes on.
    virtual void endClient(ClientId client) = 0;
    virtual void endTarget(TargetId target) = 0;

    /// Closes the connection; its id names nothing afterwards.
    virtual void closeClient(ClientId client, CloseReason reason, How how) = 0;
    virtual void closeTarget(TargetId target, CloseReason reason, How how) = 0;
};

/// One mode: the rule by which clients and target connections belong together. Sans I/O: it is told what happened,
/// with ids, bytes and the time, and asks its Effects for what is to be done. An id that names nothing any more is
/// ignored. Used in its reactor's thread.
class Exchange
{
public:
    virtual ~Exchange() = default;

    virtual void clientOpened(ClientId client, Instant now) = 0;

    /// The target connection that was asked for opened, or could not be opened.
    virtual void targetOpened(TargetId target, Instant now) = 0;
    virtual void targetFailed(TargetId target, Instant now) = 0;

    /// Its connection has TLS, with this channel binding (Transport::channelBinding()).
    virtual void targetSecured(TargetId target, const std::string& binding)
    {
        static_cast<void>(target);
        static_cast<void>(binding);
    }

    /// No attempt could be made until the deadline, for lack of a descriptor, a port or memory of ours: that says
    /// nothing about the target.
    virtual void targetUnavailable(TargetId target, Instant now) = 0;

    /// Bytes came.
    virtual void request(ClientId client, Bytes bytes, Instant now) = 0;
    virtual void response(TargetId target, Bytes bytes, Instant now) = 0;

    /// FIN: the peer sends no more; it may still read.
    virtual void clientEnded(ClientId client, Instant now) = 0;
    virtual void targetEnded(TargetId target, Instant now) = 0;

    /// Some of what waited was sent, and so much still waits.
    virtual void clientSent(ClientId client, std::size_t waiting, Instant now) = 0;
    virtual void targetSent(TargetId target, std::size_t waiting, Instant now) = 0;

    /// RST, or the connection failed otherwise: nothing can be read or written any more.
    virtual void clientLost(ClientId client, Instant now) = 0;
    virtual void targetLost(TargetId target, Instant now) = 0;

    /// Something went wrong with this client in our own code: it, and what belongs to it alone, is closed.
    virtual void clientFaulted(ClientId client, Instant now) = 0;
    virtual void targetFaulted(TargetId target, Instant now) = 0;

    /// An administrator wants this client closed, at once and with all that it has under way.
    virtual void clientKilled(ClientId client, Instant now) = 0;

    /// Acts on what is due, and says when next to ask.
    virtual Instant expire(Instant now) = 0;

    /// Begins to open connections before anybody asks (pool.warmup), where that makes sense.
    virtual void warmUp(Instant now) { static_cast<void>(now); }

    /// Health checks or an administrator have changed which targets are avoided.
    virtual void healthChanged(Instant now) { static_cast<void>(now); }

    /// When something came last over a connection that is open to this target and has answered; the beginning of time:
    /// there is none, or nobody can tell.
    [[nodiscard]] virtual Instant heardFrom(std::size_t target) const
    {
        static_cast<void>(target);
        return {};
    }

    /// Sends this request to the target on an idle connection, if it has one. What answers it goes to nobody.
    virtual CheckStart beginCheck(std::size_t target, const CheckRequest& request, Instant now)
    {
        static_cast<void>(target);
        static_cast<void>(request);
        static_cast<void>(now);
        return CheckStart::noConnection;
    }

    /// That has not been answered in time: its connection is closed.
    virtual void endCheck(std::size_t target, Instant now)
    {
        static_cast<void>(target);
        static_cast<void>(now);
    }

    /// An errand (MultiplexerEffects::beginErrand) has ended.
    virtual void errandEnded(std::uint64_t number, ErrandEnd how, Instant now)
    {
        static_cast<void>(number);
        static_cast<void>(how);
        static_cast<void>(now);
    }

    /// From now on whoever is at rest is closed.
    virtual void drain(Instant now) = 0;

    /// Closes all that is left.
    virtual void closeAll(CloseReason reason, Instant now) = 0;

    /// Clients that are there.
    [[nodiscard]] virtual std::size_t size() const = 0;

    /// What waits, where requests do.
    [[nodiscard]] virtual Backlog backlog() const { return {}; }

    /// Adds what is known of each client and each target connection. Changes nothing.
    virtual void inspect(ExchangeInspection& into) const = 0;
};

} // namespace proximux
