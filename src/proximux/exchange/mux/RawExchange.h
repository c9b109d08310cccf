#pragma once

#include <proximux/exchange/mux/Multiplexer.h>
#include <proximux/exchange/mux/RawPolicy.h>

namespace proximux
{

/// Fifo and funnel where nothing says what a message is (raw).
class RawExchange : public Multiplexer
{
public:
    RawExchange(const MultiplexerSettings& settings, MultiplexerEffects& effects, MultiplexerObserver& observer,
                LanePool& pool)
        : Multiplexer(settings, effects, observer, pool, {_policy, _policy, _policy})
        , _policy(mux())
    {
    }

    /// Whether a target has answered anything.
    [[nodiscard]] bool hasAnswered() const { return _policy.hasAnswered(); }

private:
    RawPolicy _policy;
};

} // namespace proximux
