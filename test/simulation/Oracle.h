#pragma once

#include "simulation/Crowd.h"
#include "simulation/OracleReloads.h"
#include "simulation/OracleTalk.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace proximux
{

/// Somebody got what is not his, or did not get what is his.
class OracleFailure : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A client, and what it still is to get.
struct OracleClient
{
    ClientId id;
    std::uint32_t made = 0;                                   ///< requests
    std::string says;                                         ///< not yet sent
    std::deque<std::pair<std::uint32_t, std::size_t>> unsaid; ///< of that, the requests, and how much of each
    std::string expected;                                     ///< of the present message, what has not come
    std::string begun;                   ///< of the present message, where it is too little to tell what it is
    bool final = false;                  ///< the present message ends its request
    std::set<std::uint32_t> open;        ///< requests that wait for an answer
    std::optional<std::uint32_t> broken; ///< a request that it broke off, to which something may have been said
    bool ended = false;
};

/// What a target is to say.
struct OracleAnswer
{
    std::string text;
    std::optional<std::uint32_t> client; ///< nobody: it is none
    bool welcome = false;
    bool marker = false;
};

/// A target connection, and what came over it.
struct OracleTarget
{
    TargetId id;
    std::unique_ptr<Framer> framer;
    std::optional<std::uint32_t> owner; ///< the client whose state the connection is in
    std::string inbox;                  ///< of the request that is not whole
    std::size_t taken = 0;              ///< of that, what the framer has taken
    std::deque<OracleAnswer> answers;   ///< to be said
    std::string last;                   ///< the answer that was said last
    unsigned dialect = 0;
    std::uint64_t requests = 0; ///< that came
    bool suspected = false;     ///< the last of them came once more
    bool saying = false;        ///< a part of the first was said
    bool open = false;
    bool asked = false;       ///< the prologue came
    bool welcoming = false;   ///< and is not answered, or not as it should be
    bool early = false;       ///< the request that is not whole is answered
    bool wrong = false;       ///< it said what nobody asked for
    bool surplus = false;     ///< and that is what is read next
    bool fenced = false;      ///< a marker is to come, or to be answered
    bool endedAtRest = false; ///< with nothing on the way to it
    bool idKept = false;      ///< a request came that kept its own id
};

/// Clients and targets around an exchange, without sockets and with a clock of their own. Everything that can happen
/// happens at random, under a seed: messages are torn anywhere, peers read slowly, targets delay, end, reset, refuse,
/// greet, answer early, and say what nobody asked for; clients leave in every state. It watches each byte:
///
/// - a client gets its own responses, in the order of its requests, byte for byte, and nothing else;
/// - a target gets whole, unchanged requests, each at most once or, where that does no harm, from one connection that
/// is
///   lost after the other, in fifo in the order of their arrival; of a client
///   that has the connection alone only its own, and none that counts on a state that is lost;
/// - a connection is closed behind what nobody asked for, and for nothing less;
/// - who is still connected at the end got all; connections are never more than allowed, and none is opened before
///   a reload has taken effect on those that are there.
///
/// run() throws OracleFailure at the first breach.
class Oracle : private Crowd<OracleClient, OracleTarget>
{
public:
    static constexpr const char* PROLOGUE = "hello;";  ///< where there is one: what a target is to get first
    static constexpr const char* WELCOME = "welcome;"; ///< and what it answers to that

    /// For so long an answer that comes late, over another connection, must not be taken for one to another request.
    static constexpr Duration ID_REUSE = Duration::milliseconds(20);

    explicit Oracle(const OracleSettings& settings);

    void run();

    struct Numbers
    {
        std::uint64_t sent = 0;     ///< requests that reached a target
        std::uint64_t silent = 0;   ///< of them, those whose client waits for nothing
        std::uint64_t answered = 0; ///< responses that reached their client
        std::uint64_t local = 0;    ///< requests that were answered by us
        std::uint64_t errors = 0;   ///< requests that failed with an error reply
        std::uint64_t closed = 0;   ///< clients that were closed instead
        std::uint64_t stalled = 0;  ///< of them, those that held up others
        std::uint64_t left = 0;     ///< clients that left
        std::uint64_t killed = 0;   ///< target connections that were ended by their target
        std::uint64_t desyncs = 0;
        std::uint64_t early = 0;    ///< responses before their request was whole
        std::uint64_t repeated = 0; ///< requests that came to another target once more
        std::uint64_t late = 0;     ///< answers that came over another connection, too late
        std::uint64_t outgoing = 0; ///< connections that were closed because of a reload
    };

    [[nodiscard]] const Numbers& numbers() const { return _numbers; }

private:
    struct Arrival
    {
        TargetId target; ///< the last to which it came
        unsigned times = 0;
    };

    /// An answer that its connection did not live to say: other connections may say it.
    struct Late
    {
        std::string text;
        Instant until;
    };

    using Client = OracleClient;
    using Target = OracleTarget;
    using Answer = OracleAnswer;
    using Role = TalkingProtocol::Role;

    static constexpr std::size_t LARGE = OracleTalk::LARGE;

    void step();
    [[nodiscard]] bool waits(const Client& client) const override;
    void targetActs(Target& target) override;
    void lookAtConnections() const override;
    [[noreturn]] void fail(const std::string& what) const override;

    // OracleClients.cpp
    void clientSpeaks(Client& client) override;
    void speakOn(Client& client);
    [[nodiscard]] bool dawdles(const Client& client);
    void clientReads(Client& client) override;
    void clientLeaves(Client& client);
    void endsWithin(Client& client);
    void lookAtClient(Client& client) override;
    void check(Client& client, std::string bytes);
    void expectNext(Client& client, const std::string& bytes);
    void expectNamed(Client& client, const std::string& bytes);

    // OracleTargets.cpp
    void targetAdded(Target& target) override;
    void targetOpens(Target& target);
    void targetReads(Target& target);
    void targetAnswers(Target& target);
    void targetFails(Target& target);
    void sayAnswer(Target& target);
    void saySurplus(Target& target);
    void answerEarly(Target& target);
    void sayStray(Target& target);
    [[nodiscard]] std::string stray(const Target& target);
    [[nodiscard]] std::string foreign(const Target& target);
    [[nodiscard]] std::string late();
    void read(Target& target);
    [[nodiscard]] bool isAtRest(const Target& target);

    // OracleRequests.cpp
    void lookAtTarget(Target& target) override;
    bool lookAtPrologue(Target& target);
    void targetClosed(Target& target, const World::Closed& closed) override;
    void takeRequest(Target& target, const std::string& message);
    bool takeMarker(Target& target, const std::string& message);
    [[nodiscard]] bool isRepeated(const Arrival& arrival, std::uint32_t number) const;
    void mayCome(const Target& target, const Messages::Name& name) const;
    void keepState(Target& target, const Messages::Name& name);

    OracleSettings _settings;
    Messages _messages;
    OracleTalk _talk;
    OracleReloads _reloads;
    const bool _mayFail;
    std::unordered_map<std::uint64_t, Arrival> _arrived;       ///< requests, by client and number
    std::unordered_map<std::uint32_t, std::uint32_t> _stateOf; ///< the target that has the state of this client
    std::unordered_set<std::uint32_t> _stateless;              ///< clients whose state is lost
    std::uint64_t _made = 0;
    std::deque<Late> _late; ///< those whose time ends first in front
    Numbers _numbers;
};

} // namespace proximux
