#pragma once

#include <proximux/exchange/mux/MultiplexerSettings.h>
#include <proximux/exchange/mux/State.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace proximux
{

struct Mux;

/// Target connections that are opened, up to their use, and requests that wait in vain for one.
///
///     open() -> opened() -> pool.connect_delay -> prologue -> its answer -> pool.settle -> in use
class Opening
{
public:
    explicit Opening(Mux& mux);

    // ---- how many

    /// As many connections are opened as requests wait for one.
    void openMore(Instant now);
    void warmUp(Instant now);

    /// Whether a connection is to come.
    [[nodiscard]] bool opensMore() const;

    /// Since when the oldest request waits that wants a connection for which there is no place; never: none does.
    [[nodiscard]] Instant waitsSince() const;

    /// A place was given back, and can be opened.
    void placeIsFree() { _retry = Instant::never(); }

    // ---- one connection

    void opened(Lane& lane, Instant now);
    void failed(Lane& lane, CloseReason reason, Instant now);
    void unavailable(Lane& lane, Instant now);

    /// pool.connect_delay is over: says what is to be said on a new connection.
    void beginPrologue(Lane& lane, Instant now);

    /// Bytes came, or the prologue was said: the connection is in use as soon as what is expected has come, and nothing
    /// else for pool.settle.
    void settling(Lane& lane, Bytes bytes, Instant now);
    void usable(Lane& lane, Instant now);

    /// What was expected has not come in time.
    void unanswered(Lane& lane, Instant now);

    // ---- targets that fail

    /// A connection to this lane's target failed, or was of no use.
    void noteFailure(const Lane& lane, Instant now);

    /// Other targets are there; nothing is known of these.
    void reconfigure(const std::vector<std::size_t>& fresh);

    /// Other targets are avoided.
    void reviewTargets(Instant now);

    /// While no connection is open and every target has failed since a request came, that waits for
    /// pool.connect_timeout.
    void failUnavailable(Instant now);

    /// Likewise, where a target has failed in the present call, or that time is over.
    void failUnavailableIfDue(Instant now);

    /// When something is to be done next.
    [[nodiscard]] Instant next() const;

private:
    static constexpr Instant BEFORE{std::numeric_limits<std::int64_t>::min()};

    bool open(Instant now);
    bool takeLogin(Lane& lane, const Prologue& prologue, Instant now);
    [[nodiscard]] bool wantsMore() const;
    [[nodiscard]] Instant wantingSince(Instant latest) const;
    [[nodiscard]] std::size_t signingIn() const;
    void attemptEnded(Lane& lane, Instant now);
    [[nodiscard]] const Prologue* prologueOf(const Lane& lane) const;
    [[nodiscard]] Instant allFailedAt() const;
    Request* waitedInVain(const Client& client, Instant failed, Instant now);

    Mux& _mux;
    Instant _retry = Instant::never();       ///< when a connection that is wanted can be tried again
    std::vector<Instant> _failedAt;          ///< by target, when it failed last; empty: none ever did
    Instant _unavailable = Instant::never(); ///< when a request has waited long enough for targets that all fail
    bool _targetFailed = false;              ///< in the present call
    bool _noneOpens = false;                 ///< no place can be opened at the moment, and one is wanted
    bool _noneUsed;                          ///< all targets are avoided
    Instant _usedSince = BEFORE;             ///< when that ended last: nobody has waited for a target before
};

} // namespace proximux
