#pragma once

#include <proximux/exchange/mux/Dialects.h>
#include <proximux/exchange/mux/Farewells.h>
#include <proximux/exchange/mux/Fences.h>
#include <proximux/exchange/mux/FramedRequests.h>
#include <proximux/exchange/mux/StateProbes.h>
#include <proximux/exchange/mux/Users.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// What targets send where messages are delimited, and whose it is: the next request's in the order of the pipeline,
/// the one's with the same id, or the pinned client's.
class FramedResponses : public ResponsePolicy
{
public:
    /// All of them must outlive it.
    FramedResponses(Mux& mux, const Protocol& protocol, Fences& fences, Dialects& dialects, Trial& trial)
        : _mux(mux)
        , _protocol(protocol)
        , _fences(fences)
        , _dialects(dialects)
        , _users(mux)
        , _probes(mux, protocol)
        , _farewells(mux, protocol)
        , _trial(trial)
        , _idEdit(1)
    {
    }

    void prepare(Lane& lane) override;
    [[nodiscard]] LoginAnswer judgeLogin(Bytes came) const override { return _protocol.judgeLogin(came); }
    [[nodiscard]] std::string describe(Bytes response) const override
    {
        constexpr std::size_t MOST = 100; // bytes
        return _protocol.describeResponse(response, MOST);
    }
    bool beforeSending(Lane& lane, Request& request, Instant now) override;
    Readiness makeReady(Lane& lane, Request& request, Instant now) override
    {
        Readiness readiness = Users::bringHome(lane, request);
        if (readiness == Readiness::ready)
            readiness = _users.bring(lane, request, now);
        if (readiness == Readiness::ready)
            readiness = _dialects.bring(lane, request, now);
        return readiness == Readiness::ready ? _users.precede(lane, request, now) : readiness;
    }
    void afterSending(Lane& lane, Request& request, Instant now) override;
    bool targetBytes(Lane& lane, Instant now) override;
    void afterAnswer(Lane& lane, Request& request, Instant now) override;
    void answerOverdue(Request& request, Instant now) override;
    void gapPassed(Lane& lane, Instant now) override;
    bool beforeYielding(Lane&, Instant) override { return true; }
    void askForEnd(Lane& lane, Instant now) override { _farewells.ask(lane, now); }
    void laneEnded(Lane& lane, Instant now) override;
    bool restore(Lane& lane, Instant now) override;
    [[nodiscard]] std::string cancellation(const Lane& lane) const override;
    [[nodiscard]] std::unique_ptr<LoginDialog> stopping(const Lane& lane) const override
    {
        return _protocol.stopping(lane.greeting);
    }
    void say(Lane& lane, std::unique_ptr<LoginDialog> what, std::uint64_t errand, Instant now) override
    {
        _users.say(lane, std::move(what), errand, now);
    }
    void afterCancel(Lane& lane, Instant now) override { _probes.goOn(lane, now); }
    [[nodiscard]] bool isAnswered(const Request& request, bool lost, bool silent) const override;
    [[nodiscard]] std::string nameOfPart(unsigned part) const override { return _protocol.nameOfPart(part); }

private:
    bool waitsForLogin(Lane& lane, Instant now);
    bool hearDialog(Lane& lane, Instant now);
    bool takeResponse(Lane& lane, const Framer::Progress& progress, Instant now);
    [[nodiscard]] Bytes toClient(const Lane& lane, const Client* client, Bytes bytes);
    [[nodiscard]] bool isNobodys(Lane& lane);
    [[nodiscard]] Request* whose(const Lane& lane, Bytes bytes, const ResponseTraits& traits) const;
    [[nodiscard]] const std::vector<Edit>* editsOf(const Request& request, const ResponseTraits& traits);
    bool responseWhole(Lane& lane, Instant now);
    void leaveFor(Lane& lane, Client* client, CloseReason reason, How how, Instant now);
    void settleClaims(Lane& lane, Client* client, unsigned claims, unsigned challenges, Instant now);
    bool pushWhole(Lane& lane, Instant now);
    void endTrial(const Lane& lane, Instant now);
    bool answeredEarly(Lane& lane, Request& request, Instant now);
    bool resume(Lane& lane, Request& request, Instant now);
    void hold(Lane& lane, Client* client, unsigned begun, unsigned ended, Instant now);
    void beginTunnel(Lane& lane, Client& client, Instant now);
    void free(Client& client, unsigned reasons);

    Mux& _mux;
    const Protocol& _protocol;
    Fences& _fences;
    Dialects& _dialects;
    Users _users;
    StateProbes _probes;
    Farewells _farewells;
    Trial& _trial;
    char _theirId[8] = {};     ///< what is put back into the present response
    std::vector<Edit> _idEdit; ///< by this
    std::string _renamed;      ///< a message that names a session
};

} // namespace proximux
