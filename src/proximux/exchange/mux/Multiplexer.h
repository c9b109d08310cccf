#pragma once

#include <proximux/exchange/mux/Mux.h>

namespace proximux
{

/// Fifo and funnel: many clients share few target connections. Requests stand in one queue; whoever is first in it and
/// can be served is sent as soon as there is room for it; what answers it goes to its client, or to nobody where that
/// has left.
///
///     client bytes -> Sending::queue() -> queue -> pipeline of a lane -> target
///     client       <- Answers::deliver() <-- front of the pipeline   <-  target bytes
///
/// Between two calls it holds: no lane has room for a request that waits in the queue. Each call tells a part what
/// happened (Mux), and converge() does what that has made possible. What a message is, and which response answers which
/// request, is for the derived classes to say, by a MessagePolicy.
class Multiplexer : public Exchange
{
public:
    ~Multiplexer() override;

    void clientOpened(ClientId client, Instant now) override;
    void targetOpened(TargetId target, Instant now) override;
    void targetSecured(TargetId target, const std::string& binding) override;
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
    void drain(Instant now) override;
    void closeAll(CloseReason reason, Instant now) override;
    [[nodiscard]] std::size_t size() const override { return _mux.clients.size(); }
    void inspect(ExchangeInspection& into) const override;

    [[nodiscard]] Backlog backlog() const override;

    void warmUp(Instant now) override
    {
        if (!_mux.settings.personal)
            _mux.opening.warmUp(now);
    }

    void healthChanged(Instant now) override;
    [[nodiscard]] Instant heardFrom(std::size_t target) const override { return _mux.checks.heardFrom(target); }
    CheckStart beginCheck(std::size_t target, const CheckRequest& request, Instant now) override;
    void endCheck(std::size_t target, Instant now) override;

    void errandEnded(std::uint64_t number, ErrandEnd how, Instant now) override;

    /// Other settings are in force, but for those that are of the protocol, the pairing and the pipeline. The pool was
    /// told before.
    void reconfigure(const MultiplexerSettings& settings, const TargetChanges& changes, Instant now);

    // ---- where several exchanges have the places of a pool in common (AutoExchange)

    /// What counts for the limits that are common to all.
    struct Usage
    {
        std::size_t kept = 0;       ///< bytes of clients' requests, and of answers of ours
        std::size_t shared = 0;     ///< of them, those beyond the reserves
        std::size_t unfinished = 0; ///< of those, bytes of requests that are not whole
        std::size_t queued = 0;     ///< requests that are not sent
        std::size_t pinned = 0;     ///< connections that clients have alone
    };

    [[nodiscard]] Usage usage() const;

    /// So much of the limits is used by others.
    void setOthers(const Usage& others, Instant now);

    /// Since when the oldest request waits that wants a connection for which there is no place; never: none does.
    [[nodiscard]] Instant waitsSince() const { return _mux.opening.waitsSince(); }

    /// Requests that came later than this are not sent as long as somebody else waits longer.
    void giveWay(Instant since, Instant now);

    /// Gives one place back whose connection is at rest. False: there is none.
    bool yield(Instant now);

protected:
    /// Effects, observer, pool and policy must outlive it. The pool is used by nobody else. The policy may be made
    /// later than it, and go earlier: it is not asked by constructor and destructor.
    Multiplexer(const MultiplexerSettings& settings, MultiplexerEffects& effects, MultiplexerObserver& observer,
                LanePool& pool, const MessagePolicy& policy)
        : _mux(settings, effects, observer, pool, policy)
    {
    }

    [[nodiscard]] Mux& mux() { return _mux; }
    [[nodiscard]] const Mux& mux() const { return _mux; }

private:
    void converge(Instant now);
    [[nodiscard]] Instant nextDeadline() const;

    Mux _mux;
    Usage _others; ///< as told last
};

} // namespace proximux
