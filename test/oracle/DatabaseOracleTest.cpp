#include "oracle/OracleCase.h"

#include "simulation/MysqlOracle.h"
#include "simulation/PostgresqlOracle.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace proximux
{

/// Sessions of a database are nobody else's, whatever fails; and the test that says so can tell.
class DatabaseOracleTest : public OracleCase
{
protected:
    template <class O>
    static void holdsDatabases(const std::string& protocol, std::size_t connections, std::size_t clients)
    {
        for (const bool reloads : {false, true})
        {
            OracleSettings made = settings(protocol, connections, 1);
            made.requests /= 10;
            made.clients = clients;
            made.reloads = reloads;
            made.seed += reloads ? 1 : 0;
            const Oracle::Numbers numbers = hold<O>(made);
            tell(protocol, made, numbers);
            CPPUNIT_ASSERT(numbers.answered > made.requests / 3);
            CPPUNIT_ASSERT(numbers.errors > 0 && numbers.left > 0 && numbers.killed > 0);
        }
    }

    template <class O>
    static std::string find(const std::string& protocol, const std::string& name)
    {
        const auto* const end = MUTANT_NAMES + static_cast<int>(Mutant::last);
        const auto* const found = std::find(MUTANT_NAMES, end, name);
        CPPUNIT_ASSERT_MESSAGE(name, found != end);
        for (std::uint64_t seed = 1; seed <= 40; ++seed)
        {
            OracleSettings made = settings(protocol, 3, 1);
            made.requests = 2500;
            made.clients = seed % 2 == 0 ? 5 : 12;
            made.seed = seed;
            std::string said = seen(verdict(static_cast<Mutant>(found - MUTANT_NAMES), [&made] { O(made).run(); }));
            if (!said.empty())
                return said;
        }
        return {};
    }

    /// Those that can be told by what a session has; RULEs find all of them.
    template <class O>
    static void findsFaults(const std::string& protocol, const std::vector<const char*>& names)
    {
        std::string missed;
        for (const char* name : names)
        {
            const std::string found = find<O>(protocol, name);
            missed += found.empty() ? std::string(" ") + name : "";
            std::cout << protocol << ", mutant " << name << ": " << found.substr(0, 150) << std::endl;
        }
        CPPUNIT_ASSERT_MESSAGE("mutants that were not found:" + missed, missed.empty());
    }
};

TEST(DatabaseOracleTest, postgresqlInFifo)
{
    holdsDatabases<PostgresqlOracle>("postgresql", 1, 10);
}

TEST(DatabaseOracleTest, postgresqlInFunnel)
{
    holdsDatabases<PostgresqlOracle>("postgresql", 4, 20);
}

TEST(DatabaseOracleTest, postgresqlWithFewClients)
{
    holdsDatabases<PostgresqlOracle>("postgresql", 3, 4);
}

TEST(DatabaseOracleTest, faultsWithPostgresql)
{
    findsFaults<PostgresqlOracle>(
        "postgresql", {"shareTransaction", "shareSettings", "openBare", "setRefused", "swapStatements",
                       "deliverPrepared", "trustParse", "keepDiscardedStatements", "believeUnlisten", "probeUnknown",
                       "forgetCommitted", "keepRolledBack", "passRefused", "keepLaterPins", "takeNoticeForAnswer"});
}

TEST(DatabaseOracleTest, mysqlInFifo)
{
    holdsDatabases<MysqlOracle>("mysql", 1, 10);
}

TEST(DatabaseOracleTest, mysqlInFunnel)
{
    holdsDatabases<MysqlOracle>("mysql", 4, 20);
}

TEST(DatabaseOracleTest, mysqlWithFewClients)
{
    holdsDatabases<MysqlOracle>("mysql", 3, 4);
}

TEST(DatabaseOracleTest, faultsWithMysql)
{
    std::vector<const char*> names{"shareTransaction", "shareSettings",  "askAnywhere",
                                   "skipPrelude",      "inheritState",   "shareUsers",
                                   "answerParts",      "prepareBlindly", "foundByFailed"};
    names.insert(names.end(), std::begin(BY_DATABASES), std::end(BY_DATABASES));
    findsFaults<MysqlOracle>("mysql", names);
}

} // namespace proximux
