#pragma once

#include <proximux/exchange/mux/Multiplexer.h>

namespace proximux
{

/// Fifo and funnel for protocols whose messages are known. Responses come in the order in which the requests were sent
/// on their connection (`exclusive` with a pipeline of 1, `order` with a longer one), or with an id (`identifier`).
///
/// A request is kept until it is whole. One that outgrows exchange.request_buffer waits for a connection at rest and
/// has it alone until it is sent. A client that would leave a state behind on its connection has one alone for as long
/// as that state lasts (a pin); where that can't be, the protocol's Conversation refuses the request.
class FramedExchange : public Multiplexer
{
public:
    FramedExchange(const MultiplexerSettings& settings, MultiplexerEffects& effects, LanePool& pool,
                   std::shared_ptr<const Protocol> protocol);

    // ---- exchange.protocol = auto

    /// Whether it is not known that the target speaks this protocol: each request is alone on its connection, and
    /// whoever gets no answer in the protocol is closed.
    void setTrial(bool trial, Instant now);

    /// Whether the target has answered in a way that nobody does by chance.
    [[nodiscard]] bool isProven() const { return _proven; }

    /// When the oldest request was sent that is tried and of whose answer nothing has come; never: there is none.
    [[nodiscard]] Instant triesSince() const;

    /// Gives that up, with its connection.
    void giveUpTrial(Instant now);

protected:
    void prepare(Client& client) override;
    void prepare(Lane& lane) override;
    void describe(Client& client, Request& request, Bytes bytes) override;
    void clientBytes(Client& client, Instant now) override;
    bool targetBytes(Lane& lane, Instant now) override;
    [[nodiscard]] bool mayUse(const Lane& lane, const Request& request) const override;
    [[nodiscard]] bool hasRoom(const Lane& lane, const Request& request) const override;
    [[nodiscard]] bool needsRest(const Lane& lane, const Request& request) const override;
    Lane* choose(const Request& request, Instant now) override;
    [[nodiscard]] bool wantsConnection(const Request& request) const override;
    [[nodiscard]] bool isAtRest(const Lane& lane) const override;
    bool beforeYielding(Lane&, Instant) override { return true; }
    bool beforeSending(Lane& lane, Request& request, Instant now) override;
    void afterSending(Lane& lane, Request& request, Instant now) override;
    void afterAnswer(Lane& lane, Request& request, Instant now) override;
    void answerOverdue(Request& request, Instant now) override;
    void laneEnded(Lane& lane, Instant now) override;
    void askForEnd(Lane& lane, Instant now) override;
    bool makeReply(Request& request, CloseReason reason) override;
    [[nodiscard]] bool isAnswered(const Request& request, bool lost, bool silent) const override;
    void gapPassed(Lane& lane, Instant now) override;
    [[nodiscard]] std::string nameOfPart(unsigned part) const override { return _protocol->nameOfPart(part); }
    [[nodiscard]] bool passesOn(const Client& client) const override;
    [[nodiscard]] Lane* passLane(const Client& client) const override;

private:
    [[nodiscard]] Lane* forsaken();
    [[nodiscard]] std::size_t oldestTrial() const;
    [[nodiscard]] Lane* withId(std::size_t place, const Request& request);
    [[nodiscard]] bool isNobodys(Lane& lane);
    [[nodiscard]] static bool isInTunnel(const Client& client);
    [[nodiscard]] static bool isBehindBarrier(const Client& client);
    void requestBytes(Client& client, const Framer::Progress& progress, Instant now);
    void largeBytes(Client& client, const Framer::Progress& progress, Instant now);
    void headerSeen(Client& client, Instant now);
    void malformedRequest(Client& client, const char* why, Instant now);

    void fenceLane(Lane& lane, Instant now);
    void makeFence(Lane& lane, const RequestTraits& traits);
    void sendFence(Lane& lane);
    [[nodiscard]] static bool isUnproven(const Lane& lane, const RequestTraits& traits);
    [[nodiscard]] static bool isFenced(const Lane& lane);
    bool takeFenced(Lane& lane, Instant now);
    bool takeResponse(Lane& lane, const Framer::Progress& progress, Instant now);
    [[nodiscard]] Request* whose(const Lane& lane, Bytes bytes, const ResponseTraits& traits) const;
    [[nodiscard]] const std::vector<Edit>* editsOf(const Request& request, const ResponseTraits& traits);
    bool responseWhole(Lane& lane, Instant now);
    void leaveFor(Lane& lane, Client* client, CloseReason reason, How how, Instant now);
    void settleClaims(Lane& lane, Client* client, unsigned claims, unsigned challenges, Instant now);
    bool pushWhole(Lane& lane, Instant now);
    void deliverButLast(Lane& lane, Bytes bytes, Instant now);
    void left(Lane& lane, Instant now);
    void endTrial(const Lane& lane, Instant now);
    void answeredEarly(Lane& lane, Request& request, Instant now);
    void beginTunnel(Lane& lane, Client& client, Instant now);
    void free(Client& client, unsigned reasons);

    std::shared_ptr<const Protocol> _protocol;
    char _theirId[8] = {};     ///< what is put back into the present response
    std::vector<Edit> _idEdit; ///< by this
    bool _trial = false;
    bool _proven = false;
};

} // namespace proximux
