#pragma once

#include "support/Messages.h"
#include "support/SharedWorld.h"

#include <proximux/exchange/FramedExchange.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace proximux
{

/// Somebody got what is not his, or did not get what is his.
class OracleFailure : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// What an oracle is to try.
struct OracleSettings
{
    std::string protocol = "line";
    std::uint64_t seed = 1;
    std::size_t connections = 1; ///< 1: fifo
    std::size_t pipeline = 1;
    std::size_t clients = 200;
    std::size_t requests = 20000; ///< in all
    bool overdue = false;         ///< responses come too late now and then
    bool talks = false;           ///< messages say more: what their response repeats, and what ties their client
    bool faults = true;           ///< resets, ends, refusals, greetings, surplus bytes, leaving clients
};

/// Clients and targets around an exchange, without sockets and with a clock of their own. Everything that can happen
/// happens at random, under a seed: messages are torn anywhere, peers read slowly, targets delay, end, reset, refuse,
/// greet, and say what nobody asked for; clients leave in every state. It watches each byte:
///
/// - a client gets its own responses, in the order of its requests, byte for byte, and nothing else;
/// - a target gets whole, unchanged requests, each at most once;
/// - who is still connected at the end got all; connections are never more than allowed.
///
/// run() throws OracleFailure at the first breach.
class Oracle
{
public:
    explicit Oracle(const OracleSettings& settings);

    void run();

    struct Numbers
    {
        std::uint64_t sent = 0;     ///< requests that reached a target
        std::uint64_t answered = 0; ///< responses that reached their client
        std::uint64_t local = 0;    ///< of them, by us
        std::uint64_t closed = 0;   ///< clients that were closed instead
        std::uint64_t left = 0;     ///< clients that left
        std::uint64_t killed = 0;   ///< target connections that were ended by their target
        std::uint64_t desyncs = 0;
    };

    [[nodiscard]] const Numbers& numbers() const { return _numbers; }

private:
    struct Client
    {
        ClientId id;
        std::uint32_t made = 0;       ///< requests
        std::uint32_t answered = 0;   ///< whole responses
        std::string says;             ///< not yet sent
        std::string expected;         ///< of the present response, what has not come
        std::string begun;            ///< of the present response, where it is too little to tell whose it is
        std::set<std::uint32_t> open; ///< requests that are not answered yet
        bool ended = false;
    };

    struct Target
    {
        TargetId id;
        std::unique_ptr<Framer> framer;
        std::optional<std::uint32_t> owner; ///< the client whose state the connection is in
        std::string inbox;                  ///< of the request that is not whole
        std::size_t taken = 0;              ///< of that, what the framer has taken
        std::deque<std::string> answers;    ///< to be said
        bool saying = false;                ///< a part of the first was said
        bool open = false;
    };

    std::size_t random(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(_random); }
    bool chance(std::size_t oneIn) { return random(oneIn) == 0; }

    void step();
    Target& anyTarget();
    void addClient(std::size_t place);
    void clientSpeaks(Client& client);
    void clientReads(Client& client);
    void clientLeaves(Client& client);
    void targetOpens(Target& target);
    void targetReads(Target& target);
    void targetAnswers(Target& target);
    void targetFails(Target& target);
    void read(Target& target);
    void look();
    void lookAtClient(Client& client);
    void check(Client& client, std::string bytes);
    void expectNext(Client& client, const std::string& bytes);
    void lookAtTarget(Target& target);
    void takeRequest(Target& target, const std::string& message);
    void finish();
    void speakOn(Client& client);
    void keepState(Target& target, const Messages::Name& name);
    void passTime(std::int64_t us);
    [[noreturn]] void fail(const std::string& what) const;

    static constexpr std::size_t LARGE = 100;

    OracleSettings _settings;
    Messages _messages;
    std::mt19937_64 _random;
    SharedWorld _world;
    Targets _health;
    SharedPool _pool;
    FramedExchange _exchange;
    Instant _now{1000000};
    std::vector<Client> _clients;                           ///< always as many
    std::unordered_map<std::uint32_t, std::size_t> _places; ///< in _clients, by slot
    std::map<std::uint32_t, Target> _targets;               ///< by slot
    std::unordered_set<std::uint64_t> _arrived;             ///< requests, by client and number
    std::uint64_t _made = 0;
    Numbers _numbers;
};

} // namespace proximux
