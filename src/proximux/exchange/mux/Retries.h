#pragma once

#include <proximux/exchange/mux/MemoryBudget.h>
#include <proximux/exchange/mux/MultiplexerSettings.h>
#include <proximux/exchange/mux/State.h>

namespace proximux
{

/// Which requests are sent once more when their connection is lost: those that do no harm, of which a copy is kept, and
/// that are not known to have ended it. Rules only: changes nothing.
class Retries
{
public:
    /// Settings and budget must outlive it.
    Retries(const MultiplexerSettings& settings, const MemoryBudget& memory)
        : _settings(settings)
        , _memory(memory)
    {
    }

    /// Whether a copy is kept of a request that is about to be sent on this lane.
    [[nodiscard]] bool keepsCopy(const Lane& lane, const Request& request) const;

    /// Whether a request that is lost with the lane is sent once more.
    [[nodiscard]] bool mayRepeat(const Lane& lane, const Request& request, CloseReason reason, Instant now) const;

    /// Whether a later request of its client, which changes something, may have been executed in the order of both:
    /// what is read now would show its effect.
    [[nodiscard]] bool isFollowed(const Request& request) const;

private:
    const MultiplexerSettings& _settings;
    const MemoryBudget& _memory;
};

} // namespace proximux
