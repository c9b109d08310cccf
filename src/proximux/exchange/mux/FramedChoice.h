#pragma once

#include <proximux/exchange/mux/MessagePolicy.h>

#include <cstddef>

namespace proximux
{

struct Mux;

/// Which lane serves which request where messages are delimited: the pinned one of its client; the one on which others
/// of its client are in flight, or the last of them was sent, if that had no response; an idle one; else one that is to
/// be opened; else the one with the fewest requests, where it has room.
class FramedChoice : public LaneChoice
{
public:
    /// The parts must outlive it.
    explicit FramedChoice(const Mux& mux)
        : _mux(mux)
    {
    }

    [[nodiscard]] bool mayUse(const Lane& lane, const Request& request) const override;
    [[nodiscard]] bool hasRoom(const Lane& lane, const Request& request) const override;
    [[nodiscard]] bool needsRest(const Lane& lane, const Request& request) const override;
    [[nodiscard]] Lane* choose(const Request& request, Instant now) const override;
    [[nodiscard]] bool wantsConnection(const Request& request) const override;
    [[nodiscard]] bool isAtRest(const Lane& lane) const override;

    /// Whether the target of this lane has not yet shown what such a request needs (RequestTraits::proof).
    [[nodiscard]] static bool isUnproven(const Lane& lane, const RequestTraits& traits);

private:
    /// Where a request of a user goes, best first.
    enum class Rank
    {
        home,    ///< an idle one that served its client last, which matters (RequestTraits::home)
        own,     ///< an idle one of the user's
        related, ///< an idle one whose settings alone differ from the user's
        nobodys, ///< an idle one as it was opened
        closed,  ///< one that is to be opened
        unused,  ///< one of another user, idle for pool.switch_delay
        busy,    ///< one of the user's that has room
        others,  ///< an idle one of another user
        none
    };

    [[nodiscard]] Lane* boundTo(const Client& client) const;
    [[nodiscard]] Lane* forsaken() const;
    [[nodiscard]] bool isAsked(const Lane& lane, const Request& request) const;
    [[nodiscard]] bool isUserThere(const Request& request) const;
    [[nodiscard]] Rank rankOf(const Lane& lane, const Request& request, Instant now) const;
    [[nodiscard]] bool isFull(const Lane& lane) const;
    [[nodiscard]] Lane* forUser(const Request& request, Instant now) const;
    [[nodiscard]] Lane* withId(std::size_t place, const Request& request) const;

    const Mux& _mux;
};

} // namespace proximux
