#pragma once

#include "simulation/Oracle.h"

#include <cstdint>
#include <string>

namespace proximux
{

struct RawClient
{
    ClientId id;
    std::uint32_t number = 0; ///< of its request
    std::string says;         ///< not yet sent
    std::string expected;     ///< not yet answered
    bool ended = false;
};

struct RawTarget
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

/// What an Oracle is for protocols that are known, for raw: clients that ask in pieces and wait for their answer, and
/// targets that take their time to the first byte of it, and then less than exchange.raw_gap to each further piece. So
/// much is promised there: a target gets the requests one by one and whole, a client its answer, and bytes without a
/// lease close their connection.
class RawOracle : private Crowd<RawClient, RawTarget>
{
public:
    explicit RawOracle(const OracleSettings& settings);

    void run();

    [[nodiscard]] const Oracle::Numbers& numbers() const { return _numbers; }

private:
    using Client = RawClient;
    using Target = RawTarget;

    void step();
    [[nodiscard]] bool waits(const Client& client) const override { return !client.expected.empty(); }
    void clientSpeaks(Client& client) override;
    void clientReads(Client& client) override;
    void clientLeaves(Client& client);
    void lookAtClient(Client& client) override;
    void check(Client& client, const std::string& bytes);
    [[nodiscard]] Client* holder(const Target& target);
    [[nodiscard]] Target* leased(const Client& client);

    void targetActs(Target& target) override;
    void targetOpens(Target& target);
    void targetFails(Target& target);
    void speak(Target& target);
    void saySurplus(Target& target);
    void flush(Target& target);
    void beforeLook() override;
    void lookAtTarget(Target& target) override;
    void targetClosed(Target& target, const World::Closed& closed) override;

    void timePasses(std::int64_t us) override;
    [[noreturn]] void fail(const std::string& what) const override;

    OracleSettings _settings;
    std::size_t _made = 0;
    Oracle::Numbers _numbers;
};

} // namespace proximux
