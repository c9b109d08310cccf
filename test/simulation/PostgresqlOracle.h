#pragma once

#include "simulation/DatabaseOracle.h"
#include "simulation/SmallPostgresql.h"

#include <cstddef>
#include <string>
#include <vector>

namespace proximux
{

using PostgresqlClient = DatabaseClient<SmallPostgresql, std::vector<std::string>>; ///< a request: its messages
using PostgresqlTarget = DatabaseTarget<SmallPostgresql>;

/// DatabaseOracle for PostgreSQL, by simple and extended queries.
class PostgresqlOracle : public DatabaseOracle<PostgresqlClient, PostgresqlTarget>
{
public:
    explicit PostgresqlOracle(OracleSettings settings);

private:
    using Client = PostgresqlClient;
    using Target = PostgresqlTarget;

    void speakUp(Client& client) override;
    std::vector<std::string> request(bool inTransaction);
    std::vector<std::string> batch(bool inTransaction);
    std::string statement(bool inTransaction);
    void hear(Client& client, const std::string& bytes) override;
    void judge(Client& client, const std::vector<std::string>& answer);
    void judgeError(Client& client, const std::vector<std::string>& answer, std::size_t at);

    void lookAtTarget(Target& target) override;
    [[nodiscard]] std::string lastWords() const override;
    [[nodiscard]] std::string aside() const override;
};

} // namespace proximux
