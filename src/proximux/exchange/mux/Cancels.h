#pragma once

#include <proximux/exchange/mux/State.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace proximux
{

struct Mux;

/// What stops requests (RequestTraits::cancels, stops): of one that is queued nothing is sent, and of one in flight the
/// target is told: on a connection of its own, or by a request on another lane. Either is an errand.
///
///     ask(), stop() -> errand -> the target closes its connection -> ended()
///     aim(), stop() -> errand -> the target has answered -> ended()
///
/// Until the errand has ended its lane is lent to nobody: what it says could stop another's request. Where nobody knows
/// whether it was heard, the lane is closed.
class Cancels
{
public:
    explicit Cancels(Mux& mux)
        : _mux(mux)
    {
    }

    /// This request, which is answered by us, is to stop what another client has under way. It is answered as soon as
    /// the target has heard of it.
    void ask(Request& request, Instant now);

    /// This request is to stop what another client has under way (RequestTraits::stops), and is about to be sent on
    /// this lane (null: it has none yet). False: there is nothing to be sent, and its answer is in its traits.
    bool aim(Request& request, const Lane* by, Instant now);

    /// Whether such a request may be sent on this lane, as far as that is known now.
    [[nodiscard]] bool maySay(const Lane& lane, const Request& request) const;

    /// Has the target stop what it does on this lane. False: it can't be told.
    bool stop(Lane& lane, Instant now);

    void ended(std::uint64_t number, ErrandEnd how, Instant now);

    /// A request that is an errand was answered, or has left its lane without an answer. What follows is done in
    /// settle(): it may close the lane and the clients of whoever says so.
    void answered(std::uint64_t number, ErrandEnd how) { _answered.emplace_back(number, how); }

    /// The target has refused the one of this number: nobody is closed for it.
    void refused(std::uint64_t number);

    /// Whether anything is left to be done by settle().
    [[nodiscard]] bool isSettled() const { return _answered.empty() && _evicted.empty(); }

    void settle(Instant now);

private:
    struct Errand
    {
        std::uint64_t number = 0;
        TargetId target;                ///< the connection on which something is to be stopped
        std::vector<ClientId> awaiting; ///< those who have asked for it
        ClientId evicted;               ///< who is closed behind it; invalid: nobody is
    };

    [[nodiscard]] Client* find(std::uint64_t number) const;
    [[nodiscard]] Client* equalOf(const Request& request) const;
    [[nodiscard]] bool isAlone(const Lane& lane) const;
    void stopQueued(Client& client, Instant now);
    bool stopFromElsewhere(Lane& lane, Instant now);
    void answer(ClientId asker, Instant now);

    Mux& _mux;
    std::vector<Errand> _errands;
    std::vector<std::pair<std::uint64_t, ErrandEnd>> _answered;
    std::vector<ClientId> _evicted; ///< those who are to be closed
    std::uint64_t _last = 0;        ///< the number of the last one
};

} // namespace proximux
