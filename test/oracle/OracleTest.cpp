#include "oracle/OracleCase.h"

#include "simulation/RawOracle.h"

#include <proximux/exchange/Mutants.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace proximux
{

Mutant plantedMutant = Mutant::none;

/// Every byte reaches the client that asked, whatever fails; and the test that says so can tell.
/// PROXIMUX_ORACLE_REQUESTS: requests per case; PROXIMUX_ORACLE_SEED: another seed than the fixed one.
class OracleTest : public OracleCase
{
protected:
    static Oracle::Numbers holds(const std::string& protocol, std::size_t connections, std::size_t pipeline,
                                 bool talks = false)
    {
        OracleSettings made = settings(protocol, connections, pipeline);
        made.talks = talks;
        const Oracle::Numbers numbers = hold(made);
        tell(protocol, made, numbers);
        // most are answered, and what can fail has failed
        CPPUNIT_ASSERT(numbers.answered > made.requests / (talks ? 6 : 3));
        CPPUNIT_ASSERT(numbers.closed > 0 && numbers.left > 0 && numbers.killed > 0);
        return numbers;
    }

    static bool isRaw(Mutant mutant)
    {
        return std::string(MUTANT_NAMES[static_cast<int>(mutant)]).compare(0, 3, "raw") == 0;
    }

    static std::vector<std::string> faultsOf(const TestList::Entry& test)
    {
        std::vector<std::string> names;
        std::istringstream text(test.finds);
        for (std::string name; std::getline(text >> std::ws, name, ',');)
            names.push_back(name);
        return names;
    }

    static std::string findInRule(Mutant mutant)
    {
        for (const TestList::Entry& each : TestList::all())
            for (const std::string& name : faultsOf(each))
                if (name == MUTANT_NAMES[static_cast<int>(mutant)])
                    return verdict(mutant, [&each] { each.make()->runTest(); });
        return {};
    }

    static std::string findInRaw(Mutant mutant, std::uint64_t seed)
    {
        OracleSettings made = settings("raw", seed % 2 == 0 ? 1 : 3, 1);
        made.requests = 5000;
        made.clients = seed % 4 < 2 ? 20 : 4;
        made.seed = seed;
        return seen(verdict(mutant, [&made] { RawOracle(made).run(); }));
    }

    static std::string findAtRandom(Mutant mutant, std::uint64_t seed)
    {
        const char* const protocols[] = {"line", "fixed-id", "length", "fixed", "length-id"};
        for (const std::size_t connections : {std::size_t{1}, std::size_t{4}})
            for (const std::size_t pipeline : {std::size_t{1}, std::size_t{8}})
            {
                OracleSettings made = settings(protocols[seed % 5], connections, pipeline);
                made.overdue = seed % 3 == 0;
                made.talks = seed % 2 == 0;
                made.requests = 5000;
                made.clients = seed % 4 < 2 ? 200 : 6; // the connections are always busy, or often at rest
                made.seed = seed;
                std::string said = seen(verdict(mutant, [&made] { Oracle(made).run(); }));
                if (!said.empty())
                    return said;
            }
        return {};
    }
};

TEST(OracleTest, lineInFifo)
{
    holds("line", 1, 1);
}

TEST(OracleTest, lineInFifoPipelined)
{
    holds("line", 1, 8);
}

TEST(OracleTest, lineInFunnel)
{
    holds("line", 4, 1);
}

TEST(OracleTest, lineInFunnelPipelined)
{
    holds("line", 4, 8);
}

TEST(OracleTest, lengthInFifo)
{
    holds("length", 1, 1);
}

TEST(OracleTest, lengthInFifoPipelined)
{
    holds("length", 1, 8);
}

TEST(OracleTest, lengthInFunnel)
{
    holds("length", 4, 1);
}

TEST(OracleTest, lengthInFunnelPipelined)
{
    holds("length", 4, 8);
}

TEST(OracleTest, fixedInFifo)
{
    holds("fixed", 1, 1);
}

TEST(OracleTest, fixedInFifoPipelined)
{
    holds("fixed", 1, 8);
}

TEST(OracleTest, fixedInFunnel)
{
    holds("fixed", 4, 1);
}

TEST(OracleTest, fixedInFunnelPipelined)
{
    holds("fixed", 4, 8);
}

TEST(OracleTest, fixedWithIdsInFifo)
{
    holds("fixed-id", 1, 16);
}

TEST(OracleTest, fixedWithIdsInFunnel)
{
    holds("fixed-id", 4, 16);
}

TEST(OracleTest, lengthWithIdsInFifo)
{
    holds("length-id", 1, 16);
}

TEST(OracleTest, lengthWithIdsInFunnel)
{
    holds("length-id", 4, 16);
}

/// They cost others nothing but time.
TEST(OracleTest, slowSenders)
{
    for (const char* protocol : {"line", "length", "length-id"})
        for (const std::size_t connections : {std::size_t{1}, std::size_t{3}})
        {
            OracleSettings made = settings(protocol, connections, 4);
            made.sloths = true;
            made.faults = false;
            made.requests /= 2;
            const Oracle::Numbers numbers = hold(made);
            tell(protocol, made, numbers);
            CPPUNIT_ASSERT(numbers.stalled > 0);
            CPPUNIT_ASSERT_EQUAL(numbers.stalled, numbers.closed);
        }
}

TEST(OracleTest, raw)
{
    for (const std::size_t clients : {std::size_t{4}, std::size_t{20}, std::size_t{200}})
    {
        OracleSettings made = settings("raw", clients == 4 ? 3 : 2, 1);
        made.clients = clients;
        made.requests /= 2;
        const Oracle::Numbers numbers = hold<RawOracle>(made);
        tell("raw", made, numbers);
        CPPUNIT_ASSERT(numbers.answered > made.requests / 3);
        CPPUNIT_ASSERT(numbers.closed > 0 && numbers.left > 0 && numbers.killed > 0);
        CPPUNIT_ASSERT(clients > made.connections + 1 || numbers.desyncs > 0); // seldom is nobody there
    }
}

TEST(OracleTest, knowsEachFaultThatARuleNames)
{
    std::set<std::string> known(MUTANT_NAMES + 1, MUTANT_NAMES + static_cast<int>(Mutant::last));
    for (const TestList::Entry& each : TestList::all())
        for (const std::string& name : faultsOf(each))
            CPPUNIT_ASSERT_MESSAGE(each.make()->getName() + ": no such fault: " + name, known.count(name) == 1);
}

/// Clients that have connections alone for a time, and targets that answer others than they say.
TEST(OracleTest, statesAndChecks)
{
    holds("line", 1, 8, true);
    CPPUNIT_ASSERT(holds("line", 2, 1, true).repeated > 0);
    holds("length", 4, 8, true);
}

TEST(OracleTest, statesAndChecksWithIds)
{
    holds("length-id", 1, 8, true);
    holds("fixed-id", 2, 8, true);
    holds("length-id", 4, 16, true);
}

TEST(OracleTest, answersThatComeTooLate)
{
    for (const char* protocol : {"line", "length-id", "fixed-id"})
        for (const std::size_t connections : {std::size_t{1}, std::size_t{2}})
        {
            OracleSettings made = settings(protocol, connections, 16);
            made.overdue = true;
            made.requests /= 2;
            CPPUNIT_ASSERT(hold(made).closed > 0);
        }
}

TEST(OracleTest, answersAllWhereNothingFails)
{
    for (const char* protocol : {"line", "length", "fixed", "length-id", "fixed-id"})
        for (const std::size_t connections : {std::size_t{1}, std::size_t{4}})
            for (const std::size_t pipeline : {std::size_t{1}, std::size_t{8}})
            {
                OracleSettings made = settings(protocol, connections, pipeline);
                made.talks = pipeline == 8;
                made.faults = false;
                made.requests = 5000;
                const Oracle::Numbers numbers = hold(made);
                CPPUNIT_ASSERT(numbers.answered + numbers.silent + numbers.local >= made.requests);
                CPPUNIT_ASSERT_EQUAL(numbers.sent, numbers.answered + numbers.silent);
                CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, numbers.closed + numbers.errors + numbers.desyncs);
            }
}

/// A reload costs nobody anything: all is answered, by connections as they are to be now.
TEST(OracleTest, reloadsLoseNothing)
{
    for (const char* protocol : {"line", "length", "fixed-id", "length-id"})
        for (const std::size_t connections : {std::size_t{1}, std::size_t{4}})
            for (const std::size_t pipeline : {std::size_t{1}, std::size_t{8}})
            {
                OracleSettings made = settings(protocol, connections, pipeline);
                made.talks = pipeline == 8;
                made.faults = false;
                made.reloads = true;
                made.requests = 20000;
                const Oracle::Numbers numbers = hold(made);
                tell(protocol, made, numbers);
                CPPUNIT_ASSERT(numbers.outgoing > 20);
                CPPUNIT_ASSERT(numbers.answered + numbers.silent + numbers.local >= made.requests);
                CPPUNIT_ASSERT_EQUAL(numbers.sent, numbers.answered + numbers.silent);
                CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, numbers.closed + numbers.errors + numbers.desyncs);
            }
}

TEST(OracleTest, reloadsAmongFaults)
{
    for (const char* protocol : {"line", "length", "fixed-id", "length-id"})
        for (const std::size_t connections : {std::size_t{1}, std::size_t{4}})
        {
            OracleSettings made = settings(protocol, connections, 8);
            made.talks = connections == 4;
            made.reloads = true;
            const Oracle::Numbers numbers = hold(made);
            tell(protocol, made, numbers);
            CPPUNIT_ASSERT(numbers.outgoing > 20 && numbers.killed > 0);
        }
}

/// By a byte that is wrong or a request that is, not by waiting. Those of databases alone: DatabaseOracleTest.
TEST(OracleTest, findsEachMutant)
{
    std::string missed;
    for (int i = 1; i < static_cast<int>(Mutant::last); ++i)
    {
        const auto mutant = static_cast<Mutant>(i);
        if (std::find(std::begin(BY_DATABASES), std::end(BY_DATABASES), std::string(MUTANT_NAMES[i])) !=
            std::end(BY_DATABASES))
            continue;
        std::string found = findInRule(mutant);
        for (std::uint64_t seed = 1; seed <= 20 && found.empty(); ++seed)
            found = isRaw(mutant) ? findInRaw(mutant, seed) : findAtRandom(mutant, seed);
        if (found.empty())
            missed += std::string(" ") + MUTANT_NAMES[i];
        std::cout << "mutant " << MUTANT_NAMES[i] << ": " << found.substr(0, 150) << std::endl;
    }
    CPPUNIT_ASSERT_MESSAGE("mutants that were not found:" + missed, missed.empty());
}

} // namespace proximux
