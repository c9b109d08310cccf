#pragma once

#include <proximux/exchange/SharedExchange.h>

#include <functional>

namespace proximux
{

/// Fifo and funnel for protocols whose messages are known: one response for each request, in the order in which the
/// requests were sent on the connection (`exclusive` with a pipeline of 1, `order` with a longer one).
///
/// A request is kept until it is whole. One that outgrows exchange.request_buffer waits for a connection at rest and
/// has it alone until it is sent.
class FramedExchange : public SharedExchange
{
public:
    using MakeFramer = std::function<std::unique_ptr<Framer>()>;

    FramedExchange(const SharedExchangeSettings& settings, SharedWiring& wiring, SharedPool& pool,
                   MakeFramer makeRequestFramer, MakeFramer makeResponseFramer);

protected:
    std::unique_ptr<Framer> makeRequestFramer() override { return _makeRequestFramer(); }
    std::unique_ptr<Framer> makeResponseFramer() override { return _makeResponseFramer(); }
    void clientBytes(SharedClient& client, Instant now) override;
    bool targetBytes(Lane& lane, Instant now) override;
    [[nodiscard]] bool hasRoom(const Lane& lane, const Request& request) const override;
    Lane* choose(const Request& request, Instant now) override;
    [[nodiscard]] bool isAtRest(const Lane& lane) const override { return lane.row.isEmpty(); }
    bool beforeSending(Lane& lane, const Request& request, Instant now) override;
    [[nodiscard]] bool isAnswered(const Request& request, bool lost, bool silent) const override;
    void gapPassed(Lane& lane, Instant now) override;
    [[nodiscard]] bool passesOn(const SharedClient& client) const override;

private:
    void requestBytes(SharedClient& client, const Framer::Progress& progress, Instant now);
    void largeBytes(SharedClient& client, const Framer::Progress& progress, Instant now);
    void answeredEarly(Lane& lane, Instant now);

    MakeFramer _makeRequestFramer;
    MakeFramer _makeResponseFramer;
};

} // namespace proximux
