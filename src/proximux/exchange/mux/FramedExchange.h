#pragma once

#include <proximux/exchange/mux/Dialects.h>
#include <proximux/exchange/mux/FramedChoice.h>
#include <proximux/exchange/mux/FramedRequests.h>
#include <proximux/exchange/mux/FramedResponses.h>
#include <proximux/exchange/mux/Multiplexer.h>

#include <memory>

namespace proximux
{

/// Fifo and funnel for protocols whose messages are known. Responses come in the order in which the requests were sent
/// on their connection (`exclusive` with a pipeline of 1, `order` with a longer one), or with an id (`identifier`).
///
/// A client that would leave a state behind on its connection has one alone for as long as that state lasts (a pin);
/// where that can't be, the protocol's Conversation refuses the request.
class FramedExchange : public Multiplexer
{
public:
    FramedExchange(const MultiplexerSettings& settings, MultiplexerEffects& effects, MultiplexerObserver& observer,
                   LanePool& pool, std::shared_ptr<const Protocol> protocol);

    // ---- exchange.protocol = auto

    /// Whether it is not known that the target speaks this protocol: each request is alone on its connection, and
    /// whoever gets no answer in the protocol is closed.
    void setTrial(bool trial, Instant now);

    /// Whether the target has answered in a way that nobody does by chance.
    [[nodiscard]] bool isProven() const { return _trial.isProven; }

    /// When the oldest request was sent that is tried and of whose answer nothing has come; never: there is none.
    [[nodiscard]] Instant triesSince() const;

    /// Gives that up, with its connection.
    void giveUpTrial(Instant now);

private:
    [[nodiscard]] Lane* oldestTrial() const;

    std::shared_ptr<const Protocol> _protocol;
    Trial _trial;
    Fences _fences;
    Dialects _dialects;
    FramedChoice _choice;
    FramedRequests _requests;
    FramedResponses _responses;
};

} // namespace proximux
