#pragma once

#include <proximux/exchange/mux/State.h>
#include <proximux/protocol/CheckRequest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace proximux
{

struct Mux;

/// Health checks on open connections: requests of ours, whose responses tell whether a target works. Each takes an idle
/// lane, so it overtakes nobody who waits, and a pause between requests is kept. What answers it goes to no client.
class Checks
{
public:
    explicit Checks(Mux& mux)
        : _mux(mux)
    {
    }

    /// When something came last on a lane of this target that has answered; the beginning of time: on none.
    [[nodiscard]] Instant heardFrom(std::size_t target) const;

    /// Sends a check to the target, if it has an idle lane. There is none under way there.
    CheckStart begin(std::size_t target, const CheckRequest& request, Instant now);

    /// The check of the target was not answered in time: its lane is closed, as after any request without a response.
    void end(std::size_t target, Instant now);

    // ---- what becomes of one

    /// A part of its response.
    void received(const Request& request, Bytes bytes);

    /// It was answered, or is lost with its lane.
    void ended(const Request& request, bool lost);

private:
    struct Check
    {
        std::size_t target;
        const Request* request;
        std::string response; ///< its beginning
    };

    [[nodiscard]] bool mayTake(const Lane& lane, const CheckRequest& request) const;
    void send(Lane& lane, const CheckRequest& check, Instant now);

    Mux& _mux;
    std::vector<Check> _checks; ///< under way
};

} // namespace proximux
