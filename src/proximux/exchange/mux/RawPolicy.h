#pragma once

#include <proximux/exchange/mux/MessagePolicy.h>

#include <memory>

namespace proximux
{

struct Mux;

/// Bytes of which nothing says what a message is (raw). A request is what a client sends until the target
/// answers; a response is what the target sends until it was silent for exchange.raw_gap while somebody waits.
///
///     holder   piece piece |              | piece     passed on at once until the target's first byte; after that the
///     target               | piece piece  |           next request, which goes on without a gap where nobody waits
///     lease    [-----------------------------------   ends after a gap of silence, once somebody waits or it has left
///
/// The lease is the one request in a lane's pipeline. Where several may be in flight (exchange.funnel_async) one read
/// is one response, and nothing vouches for who gets it.
class RawPolicy : public RequestPolicy, public LaneChoice, public ResponsePolicy
{
public:
    /// The parts must outlive it.
    explicit RawPolicy(Mux& mux)
        : _mux(mux)
    {
    }

    /// Whether a target has answered anything.
    [[nodiscard]] bool hasAnswered() const { return _answered; }

    // ---- requests

    void prepare(Client&) override {}
    void describe(Client&, Request&, Bytes) override {}
    void clientBytes(Client& client, Instant now) override;
    void expire(Instant) override {}
    [[nodiscard]] bool passesOn(const Client& client) const override;
    [[nodiscard]] Lane* passLane(const Client& client) const override { return client.lane; }
    bool makeReply(Request&, CloseReason) override { return false; }

    // ---- lanes

    [[nodiscard]] bool mayUse(const Lane& lane, const Request& request) const override;
    [[nodiscard]] bool hasRoom(const Lane& lane, const Request& request) const override;
    [[nodiscard]] bool needsRest(const Lane&, const Request&) const override { return false; }
    [[nodiscard]] Lane* choose(const Request& request, Instant now) const override;
    [[nodiscard]] bool wantsConnection(const Request& request) const override { return request.client->inFlight == 0; }
    [[nodiscard]] bool isAtRest(const Lane& lane) const override
    {
        return lane.pipeline.isEmpty() || isLingering(lane);
    }

    // ---- responses

    void prepare(Lane&) override {}
    [[nodiscard]] LoginAnswer judgeLogin(Bytes) const override { return {}; }
    [[nodiscard]] std::string describe(Bytes) const override { return {}; }
    bool beforeSending(Lane& lane, Request& request, Instant now) override;
    Readiness makeReady(Lane&, Request&, Instant) override { return Readiness::ready; }
    void afterSending(Lane&, Request&, Instant) override {}
    bool targetBytes(Lane& lane, Instant now) override;
    void afterAnswer(Lane&, Request&, Instant) override {}
    void answerOverdue(Request&, Instant) override {}
    void gapPassed(Lane& lane, Instant now) override;
    bool beforeYielding(Lane& lane, Instant now) override;
    void askForEnd(Lane&, Instant) override {} // nothing is pushed
    void laneEnded(Lane&, Instant) override {}
    bool restore(Lane&, Instant) override { return false; }
    [[nodiscard]] std::string cancellation(const Lane&) const override { return {}; }
    [[nodiscard]] std::unique_ptr<LoginDialog> stopping(const Lane&) const override { return nullptr; }
    void say(Lane&, std::unique_ptr<LoginDialog>, std::uint64_t, Instant) override {}
    void afterCancel(Lane&, Instant) override {}
    [[nodiscard]] bool isAnswered(const Request& request, bool lost, bool silent) const override;
    [[nodiscard]] std::string nameOfPart(unsigned) const override { return {}; }

private:
    /// Whether the one request on the lane was answered, as far as can be known.
    [[nodiscard]] static bool isLingering(const Lane& lane)
    {
        return lane.pipeline.size() == 1 && lane.pipeline.first()->begun;
    }

    Mux& _mux;
    bool _answered = false;
};

} // namespace proximux
