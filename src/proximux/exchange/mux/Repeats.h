#pragma once

#include <proximux/exchange/mux/Retries.h>
#include <proximux/exchange/mux/State.h>

namespace proximux
{

struct Mux;

/// Requests that are lost with their connection, do no harm, and are sent once more. Which they are is said by Retries.
/// Their copies (Request::again) end with them, or when their client leaves.
class Repeats
{
public:
    explicit Repeats(Mux& mux);

    /// A request is about to be sent on this lane: a copy of its bytes is kept where it may be sent once more.
    void keepCopy(const Lane& lane, Request& request);

    /// From now on it can't be sent once more.
    void dropCopy(Request& request);

    /// What was lost with the lane and may be sent once more goes back to the front of the queue, the oldest first.
    /// Whoever was alone on a new connection has ended it himself. Nothing of the client that had the lane alone is
    /// repeated: it counts on what it has done there.
    void repeatAll(Lane& lane, const Client* pinned, CloseReason reason, Instant now);

    /// It was lost together with others, and may be what ended their connection.
    [[nodiscard]] static bool isSuspect(const Request& request) { return request.suspect; }

private:
    void repeat(Request& request, CloseReason reason, bool mayBeCause);

    Mux& _mux;
    Retries _retries;
};

} // namespace proximux
