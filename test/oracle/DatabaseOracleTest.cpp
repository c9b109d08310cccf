#include "oracle/OracleCase.h"

#include "simulation/DatabaseOracle.h"

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
            made.requests /= 5;
            made.clients = clients;
            made.reloads = reloads;
            const Oracle::Numbers numbers = hold<DatabaseOracle>(made);
            tell("postgresql", made, numbers);
            CPPUNIT_ASSERT(numbers.answered > made.requests / 3);
            CPPUNIT_ASSERT(numbers.errors > 0 && numbers.left > 0 && numbers.killed > 0);
        }
    }

    static std::string find(Mutant mutant)
    {
        for (std::uint64_t seed = 1; seed <= 20; ++seed)
        {
            OracleSettings made = settings("postgresql", seed % 3 == 0 ? 1 : 3, 1);
            made.requests = 3000;
            made.clients = seed % 2 == 0 ? 12 : 5;
            made.seed = seed;
            made.reloads = seed % 4 == 0;
            std::string said = seen(verdict(mutant, [&made] { DatabaseOracle(made).run(); }));
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

/// Not those that need a cancel request in the wrong moment, or a clock: their rules find them.
TEST(DatabaseOracleTest, faultsAreFound)
{
    for (int i = 1; i < static_cast<int>(Mutant::last); ++i)
    {
        const std::string said = find(static_cast<Mutant>(i));
        if (!said.empty())
            std::cout << MUTANT_NAMES[i] << ": " << said.substr(0, 100) << std::endl;
    }
}

} // namespace proximux
