#pragma once

#include <proximux/base/DeadlineList.h>
#include <proximux/exchange/Exchange.h>
#include <proximux/exchange/pair/PairPool.h>
#include <proximux/protocol/watch/Watcher.h>

#include <memory>
#include <vector>

namespace proximux
{

/// What PairExchange needs to know of the configuration.
struct PairExchangeSettings
{
    /// When an attempt that begins now has taken too long.
    [[nodiscard]] Instant connectBy(Instant now) const
    {
        return connectTimeout.isOff() ? Instant::never() : now + connectTimeout;
    }

    Duration connectTimeout = Duration::seconds(5);
    Duration inactiveTimeout = Duration::off(); ///< no byte either way; not counted while the target is held
    Duration idleTimeout = Duration::off();     ///< no byte from or to the client; not counted while the client is held
    Duration halfCloseTimeout = Duration::seconds(60);
    Duration partingTimeout = Duration::seconds(10); ///< then a pair is closed whose target is gone or closed
};

/// What PairExchange asks of the world beyond what every exchange asks.
class PairEffects : public virtual Effects
{
public:
    /// The client has its target connection. Returns who watches the two, or null.
    virtual std::unique_ptr<Watcher> paired(ClientId client, TargetId target) = 0;
};

/// Proxy mode: each client has a target connection of its own, and bytes pass both ways as they come.
///
/// A pair's states, and what moves it on:
///
///     connecting --target opened--> open --client FIN--> clientEnded --target FIN--+
///         |                          |                                             +--> bothEnded --all sent--> closed
///         | no target                +---target FIN--> targetEnded --client FIN----+
///         v                          |
///       closed                       +---target lost--> targetLost --client FIN------> bothEnded
///
/// While all is paused (Targets), a pair that is connecting waits, for as long as connecting may take. A pair whose
/// target an administrator has closed ends as in a drain.
///
/// A client that is lost closes its pair in every state. In targetLost the client gets what waits for it and FIN, and
/// what it still sends is thrown away.
///
/// What can't be sent at once waits with the connection, and the other side is held until it was sent: so no more than
/// one read waits in either direction.
class PairExchange : public Exchange
{
public:
    enum class State
    {
        connecting,
        open,
        clientEnded,
        targetEnded,
        bothEnded,
        targetLost
    };

    PairExchange(const PairExchangeSettings& settings, PairEffects& effects, PairPool& pool);
    ~PairExchange() override;

    void clientOpened(ClientId client, Instant now) override;
    void targetOpened(TargetId target, Instant now) override;
    void targetFailed(TargetId target, Instant now) override;
    void targetUnavailable(TargetId target, Instant now) override;
    void request(ClientId client, Bytes bytes, Instant now) override;
    void response(TargetId target, Bytes bytes, Instant now) override;
    void clientEnded(ClientId client, Instant now) override;
    void targetEnded(TargetId target, Instant now) override;
    void clientSent(ClientId client, std::size_t waiting, Instant now) override;
    void targetSent(TargetId target, std::size_t waiting, Instant now) override;
    void clientLost(ClientId client, Instant now) override;
    void targetLost(TargetId target, Instant now) override;
    void clientFaulted(ClientId client, Instant now) override;
    void targetFaulted(TargetId target, Instant now) override;
    void clientKilled(ClientId client, Instant now) override;
    Instant expire(Instant now) override;

    /// Other settings are in force, and other targets may be there.
    void reconfigure(const PairExchangeSettings& settings, Instant now);

    void healthChanged(Instant now) override;
    void drain(Instant now) override;
    void closeAll(CloseReason reason, Instant now) override;
    [[nodiscard]] std::size_t size() const override { return _size; }
    void inspect(ExchangeInspection& into) const override;

private:
    struct Pair;

    [[nodiscard]] Pair* find(ClientId client) const;
    void reconfigure(Pair& pair, Instant now);
    bool review(Pair& pair, Instant now);
    void connectAnew(Pair& pair, Instant now);
    void refuse(Pair& pair, Instant now);
    [[nodiscard]] Pair* find(TargetId target) const { return find(_pool.clientOf(target)); }
    void tryNext(Pair& pair, TargetId target, Instant now);
    void connect(Pair& pair, Instant now);
    void move(Pair& pair, State state, Instant now);
    void clientWaits(Pair& pair, std::size_t waiting);
    void targetWaits(Pair& pair, std::size_t waiting);
    void active(Pair& pair, Instant now);
    bool closeIfDone(Pair& pair, Instant now);
    void closeTarget(Pair& pair, CloseReason reason, How how, Instant now);
    void close(Pair& pair, CloseReason reason, How how, Instant now);
    void expire(DeadlineList& list, CloseReason reason, Instant now);

    PairExchangeSettings _settings;
    PairEffects& _effects;
    PairPool& _pool;
    std::vector<std::unique_ptr<Pair>> _pairs; ///< by the client's slot
    std::size_t _size = 0;
    bool _draining = false;
    bool _paused; ///< as of the last review: then another is to come after it has ended
    DeadlineList _inactive;
    DeadlineList _idle;
    DeadlineList _halfClosed;
    DeadlineList _parting;
    DeadlineList _waiting;
};

const char* toString(PairExchange::State state);

} // namespace proximux
