#pragma once

#include "simulation/DatabaseOracle.h"
#include "simulation/SmallMysql.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace proximux
{

struct MysqlRequest
{
    enum class Kind
    {
        greeting, ///< nothing: the client is spoken to
        login,
        command,
        silent, ///< a command that nothing answers
        change  ///< a login of somebody else
    };

    Kind kind = Kind::command;
    std::string bytes;
    std::string own;                        ///< the same to the session of its own, which has other ids of statements
    std::string prepares = {};              ///< the statement that is prepared
    std::vector<std::string> expected = {}; ///< packets of the answer that have not come
    unsigned come = 0;                      ///< those that have
    bool isBegun = false;
};

/// A statement that a client has prepared.
struct MysqlStatement
{
    std::uint32_t id = 0;
    std::uint32_t own = 0; ///< in the session of its own
    std::string text;
    bool hasTypes = false; ///< they were bound
    bool hasParts = false; ///< parts of its parameter were sent
};

struct MysqlClient : DatabaseClient<SmallMysql, MysqlRequest>
{
    SmallMysql::Identity identity;
    std::vector<MysqlStatement> statements;
    bool isGreeted = false;
    bool isOver = false; ///< it was told that it is closed
};

using MysqlTarget = DatabaseTarget<SmallMysql>;

/// DatabaseOracle for MySQL and MariaDB, by all commands that clients have in common use.
class MysqlOracle : public DatabaseOracle<MysqlClient, MysqlTarget>
{
public:
    explicit MysqlOracle(OracleSettings settings);

private:
    using Client = MysqlClient;
    using Target = MysqlTarget;
    using Request = MysqlRequest;

    void adjust(MultiplexerSettings& settings) const override;
    void speakUp(Client& client) override;
    [[nodiscard]] bool waits(const Client& client) const override { return !client.asked.empty() && !client.isOver; }
    void hear(Client& client, const std::string& bytes) override;
    void judge(Client& client, const std::string& packet);
    void judgeError(Client& client, const std::string& packet);
    void judgeAnswer(Client& client, const std::string& packet);
    void judgeChange(Client& client, const std::string& packet);
    void prepared(Client& client, const std::string& packet, const std::string& expected);
    void settle(Client& client);
    void expect(Client& client, const std::string& got, const std::string& expected);

    void lookAtTarget(Target& target) override;
    void targetGreets(Target& target) override;
    [[nodiscard]] std::string lastWords() const override;

    // ---- MysqlRequests.cpp

    void ask(Client& client);
    std::vector<Request> requests(Client& client);
    Request logIn(Client& client);
    Request changeUser(Client& client);
    Request command(const Client& client);
    Request prepare();
    std::vector<Request> ofStatement(Client& client);
    Request execute(MysqlStatement& statement, bool isLast);
    std::string text(const Client& client);
    std::string statement(bool inTransaction);
    std::string setting();
    std::string leaving();
    std::string asking();
    std::string number();

    bool _isMariadb;
    unsigned _ways = 0;
    std::uint32_t _number = 0;
};

} // namespace proximux
