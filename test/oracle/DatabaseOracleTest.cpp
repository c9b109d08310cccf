#include "oracle/OracleCase.h"

#include "simulation/DatabaseOracle.h"

#include <algorithm>
#include <iostream>
#include <string>

namespace proximux
{

/// Sessions of a database are nobody else's, whatever fails; and the test that says so can tell.
class DatabaseOracleTest : public OracleCase
{
protected:
    static void holdsDatabases(std::size_t connections, std::size_t clients)
    {
        for (const bool reloads : {false, true})
        {
            OracleSettings made = settings("postgresql", connections, 1);
            made.requests /= 10;
            made.clients = clients;
            made.reloads = reloads;
            const Oracle::Numbers numbers = hold<DatabaseOracle>(made);
            tell("postgresql", made, numbers);
            CPPUNIT_ASSERT(numbers.answered > made.requests / 3);
            CPPUNIT_ASSERT(numbers.errors > 0 && numbers.left > 0 && numbers.killed > 0);
        }
    }

    static std::string find(const std::string& name)
    {
        const auto* const end = MUTANT_NAMES + static_cast<int>(Mutant::last);
        const auto* const found = std::find(MUTANT_NAMES, end, name);
        CPPUNIT_ASSERT_MESSAGE(name, found != end);
        for (std::uint64_t seed = 1; seed <= 40; ++seed)
        {
            OracleSettings made = settings("postgresql", 3, 1);
            made.requests = 2500;
            made.clients = seed % 2 == 0 ? 5 : 12;
            made.seed = seed;
            std::string said =
                seen(verdict(static_cast<Mutant>(found - MUTANT_NAMES), [&made] { DatabaseOracle(made).run(); }));
            if (!said.empty())
                return said;
        }
        return {};
    }
};

TEST(DatabaseOracleTest, databasesInFifo)
{
    holdsDatabases(1, 10);
}

TEST(DatabaseOracleTest, databasesInFunnel)
{
    holdsDatabases(4, 20);
}

TEST(DatabaseOracleTest, databasesWithFewClients)
{
    holdsDatabases(3, 4);
}

/// Those that can be told by what a session has; RULEs find all of them.
TEST(DatabaseOracleTest, faultsAreFound)
{
    std::string missed;
    for (const char* name :
         {"shareTransaction", "shareSettings", "openBare", "setRefused", "swapStatements", "deliverPrepared",
          "trustParse", "keepDiscardedStatements", "believeUnlisten", "probeUnknown", "forgetCommitted",
          "keepRolledBack", "passRefused", "keepLaterPins", "takeNoticeForAnswer"})
    {
        const std::string found = find(name);
        missed += found.empty() ? std::string(" ") + name : "";
        std::cout << "mutant " << name << ": " << found.substr(0, 150) << std::endl;
    }
    CPPUNIT_ASSERT_MESSAGE("mutants that were not found:" + missed, missed.empty());
}

} // namespace proximux
