#pragma once

#include "simulation/Oracle.h"
#include "simulation/SmallDatabase.h"
#include "support/NoDigests.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

struct DatabaseClient
{
    ClientId id;
    std::optional<SmallDatabase> own; ///< a session of its own, in which the same is said; nothing: not in yet
    std::deque<std::vector<std::string>> asked; ///< requests, of which the answer is not there: their messages
    std::string says;                           ///< not yet sent
    std::string heard;                          ///< of the present answer
    bool ended = false;
    bool told = false; ///< by a FATAL error that it is closed
};

struct DatabaseTarget
{
    TargetId id;
    std::optional<SmallDatabase> session; ///< nothing: not signed in
    std::string inbox;
    std::string answer; ///< to be said
    bool open = false;
};

/// What an Oracle is for other protocols, for PostgreSQL: targets are small databases, and clients change their
/// sessions in all ways, in transactions and out of them, by simple and extended queries, whole and torn. Each client
/// has a session of its own beside, in which the same is said: each answer must be what that says, byte for byte, or an
/// error of ours, behind which that session goes on as if the target had said it.
class DatabaseOracle : private Crowd<DatabaseClient, DatabaseTarget>
{
public:
    explicit DatabaseOracle(const OracleSettings& settings);

    void run();

    [[nodiscard]] const Oracle::Numbers& numbers() const { return _numbers; }

private:
    using Client = DatabaseClient;
    using Target = DatabaseTarget;

    [[nodiscard]] Options options();
    void step();

    [[nodiscard]] bool waits(const Client& client) const override { return !client.asked.empty() && !client.told; }
    void clientSpeaks(Client& client) override;
    void clientReads(Client& client) override;
    void clientLeaves(Client& client);
    [[nodiscard]] std::string userOf(const Client& client) const;
    std::vector<std::string> request(bool inTransaction);
    std::vector<std::string> batch(bool inTransaction);
    std::string statement(bool inTransaction);
    std::string one(std::initializer_list<const char*> texts);
    void lookAtClient(Client& client) override;
    void hear(Client& client, const std::string& bytes);
    void judge(Client& client, const std::vector<std::string>& answer);
    void judgeError(Client& client, const std::vector<std::string>& answer, std::size_t at);

    void targetActs(Target& target) override;
    void targetOpens(Target& target);
    void targetFails(Target& target);
    void speak(Target& target);
    void lookAtTarget(Target& target) override;
    void targetClosed(Target& target, const World::Closed& closed) override;
    void endErrands();
    void timePasses(std::int64_t us) override;
    [[noreturn]] void fail(const std::string& what) const override;

    OracleSettings _settings;
    NoDigests _digests;
    std::size_t _made = 0;
    Oracle::Numbers _numbers;
};

} // namespace proximux
