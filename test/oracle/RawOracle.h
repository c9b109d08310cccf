#pragma once

#include "oracle/Oracle.h"

#include <proximux/exchange/mux/RawExchange.h>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace proximux
{

/// What an Oracle is for protocols that are known, for raw: clients that ask in pieces and wait for their answer, and
/// targets that take their time to the first byte of it, and then less than exchange.raw_gap to each further piece. So
/// much is promised there: a target gets the requests one by one and whole, a client its answer, and bytes without a
/// lease close their connection.
class RawOracle
{
public:
    explicit RawOracle(const OracleSettings& settings);

    void run();

    [[nodiscard]] const Oracle::Numbers& numbers() const { return _numbers; }

private:
    struct Client
    {
        ClientId id;
        std::uint32_t number = 0; ///< of its request
        std::string says;         ///< not yet sent
        std::string expected;     ///< not yet answered
        bool ended = false;
    };

    struct Target
    {
        TargetId id;
        std::string inbox;  ///< of the request that is not whole
        std::string answer; ///< to be said
        Instant due;        ///< when its next piece is
        Instant stirred;    ///< when something was read of it, or its client left
        bool begun = false; ///< a part of the answer was said
        bool open = false;
        bool wrong = false; ///< it said what nobody asked for
    };

    class World : public SharedWorld
    {
    public:
        void requestSent(ClientId client, std::uint64_t, TargetId target, Bytes) override
        {
            leases[target.slot] = client.slot;
        }

        std::unordered_map<std::uint32_t, std::uint32_t> leases; ///< the last client of each target, by slot
    };

    std::size_t random(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(_random); }
    bool chance(std::size_t oneIn) { return random(oneIn) == 0; }

    void step();
    void addClient(std::size_t place);
    void clientSpeaks(Client& client);
    void clientReads(Client& client);
    void clientLeaves(Client& client);
    void lookAtClient(Client& client);
    void check(Client& client, const std::string& bytes);
    [[nodiscard]] Client* holder(const Target& target);
    [[nodiscard]] Target* leased(const Client& client);

    Target& anyTarget();
    void targetActs(Target& target);
    void targetOpens(Target& target);
    void targetFails(Target& target);
    void speak(Target& target);
    void saySurplus(Target& target);
    void flush(Target& target);
    void lookAtTarget(Target& target);
    void targetClosed(const Target& target, const SharedWorld::Closed& closed);

    void look();
    void passTime(std::int64_t us);
    void finish();
    [[noreturn]] void fail(const std::string& what) const;

    OracleSettings _settings;
    std::mt19937_64 _random;
    World _world;
    Targets _health;
    SharedPool _pool;
    RawExchange _exchange;
    Instant _now{1000000};
    std::vector<Client> _clients;
    std::unordered_map<std::uint32_t, std::size_t> _places; ///< in _clients, by slot
    std::map<std::uint32_t, Target> _targets;               ///< by slot
    std::size_t _made = 0;
    Oracle::Numbers _numbers;
};

} // namespace proximux
