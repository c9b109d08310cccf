#include "oracle/Oracle.h"

#include <proximux/exchange/Mutants.h>

#include <cppunit/extensions/HelperMacros.h>

#include <cstdlib>
#include <iostream>
#include <random>

namespace proximux
{

Mutant plantedMutant = Mutant::none;

/// Every byte reaches the client that asked, whatever fails; and the test that says so can tell.
/// PROXIMUX_ORACLE_REQUESTS: requests per case; PROXIMUX_ORACLE_SEED: another seed than the fixed one.
class OracleTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(OracleTest);
    CPPUNIT_TEST(lineInFifo);
    CPPUNIT_TEST(lineInFifoPipelined);
    CPPUNIT_TEST(lineInFunnel);
    CPPUNIT_TEST(lineInFunnelPipelined);
    CPPUNIT_TEST(lengthInFifo);
    CPPUNIT_TEST(lengthInFifoPipelined);
    CPPUNIT_TEST(lengthInFunnel);
    CPPUNIT_TEST(lengthInFunnelPipelined);
    CPPUNIT_TEST(fixedInFifo);
    CPPUNIT_TEST(fixedInFifoPipelined);
    CPPUNIT_TEST(fixedInFunnel);
    CPPUNIT_TEST(fixedInFunnelPipelined);
    CPPUNIT_TEST(fixedWithIdsInFifo);
    CPPUNIT_TEST(fixedWithIdsInFunnel);
    CPPUNIT_TEST(lengthWithIdsInFifo);
    CPPUNIT_TEST(lengthWithIdsInFunnel);
    CPPUNIT_TEST(statesAndChecks);
    CPPUNIT_TEST(statesAndChecksWithIds);
    CPPUNIT_TEST(answersThatComeTooLate);
    CPPUNIT_TEST(answersAllWhereNothingFails);
    CPPUNIT_TEST(findsEachMutant);
    CPPUNIT_TEST_SUITE_END();

    static std::uint64_t number(const char* name, std::uint64_t fallback)
    {
        const char* text = std::getenv(name);
        return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
    }

    static OracleSettings settings(const std::string& protocol, std::size_t connections, std::size_t pipeline)
    {
        OracleSettings made;
        made.protocol = protocol;
        made.connections = connections;
        made.pipeline = pipeline;
        made.seed = number("PROXIMUX_ORACLE_SEED", 1);
        made.requests = static_cast<std::size_t>(number("PROXIMUX_ORACLE_REQUESTS", 50000));
        return made;
    }

    /// Runs it; a breach fails the test with what was seen and the seed.
    static Oracle::Numbers hold(const OracleSettings& made)
    {
        plantedMutant = Mutant::none;
        Oracle oracle(made);
        try
        {
            oracle.run();
        }
        catch (const OracleFailure& failure)
        {
            CPPUNIT_FAIL(failure.what());
        }
        return oracle.numbers();
    }

    static void holds(const std::string& protocol, std::size_t connections, std::size_t pipeline, bool talks = false)
    {
        OracleSettings made = settings(protocol, connections, pipeline);
        made.talks = talks;
        const Oracle::Numbers numbers = hold(made);
        std::cout << protocol << ", " << connections << " connections, pipeline " << pipeline << ", seed " << made.seed
                  << ": " << numbers.sent << " requests sent, " << numbers.answered << " answered, " << numbers.closed
                  << " clients closed, " << numbers.left << " left, " << numbers.killed << " connections killed, "
                  << numbers.desyncs << " desyncs" << std::endl;
        // most are answered, and what can fail has failed
        CPPUNIT_ASSERT(numbers.answered > made.requests / 3);
        CPPUNIT_ASSERT(numbers.closed > 0 && numbers.left > 0 && numbers.killed > 0);
    }

    /// What the oracle says of a core with this fault in it; nothing where it sees none.
    static std::string verdict(Mutant mutant, const OracleSettings& made)
    {
        plantedMutant = mutant;
        std::string said;
        try
        {
            Oracle(made).run();
        }
        catch (const std::exception& failure)
        {
            said = failure.what();
        }
        plantedMutant = Mutant::none;
        return said;
    }

public:
    void lineInFifo() { holds("line", 1, 1); }
    void lineInFifoPipelined() { holds("line", 1, 8); }
    void lineInFunnel() { holds("line", 4, 1); }
    void lineInFunnelPipelined() { holds("line", 4, 8); }
    void lengthInFifo() { holds("length", 1, 1); }
    void lengthInFifoPipelined() { holds("length", 1, 8); }
    void lengthInFunnel() { holds("length", 4, 1); }
    void lengthInFunnelPipelined() { holds("length", 4, 8); }
    void fixedInFifo() { holds("fixed", 1, 1); }
    void fixedInFifoPipelined() { holds("fixed", 1, 8); }
    void fixedInFunnel() { holds("fixed", 4, 1); }
    void fixedInFunnelPipelined() { holds("fixed", 4, 8); }

    void fixedWithIdsInFifo() { holds("fixed-id", 1, 16); }
    void fixedWithIdsInFunnel() { holds("fixed-id", 4, 16); }
    void lengthWithIdsInFifo() { holds("length-id", 1, 16); }
    void lengthWithIdsInFunnel() { holds("length-id", 4, 16); }

    /// Clients that have connections alone for a time, and targets that answer others than they say.
    void statesAndChecks()
    {
        holds("line", 1, 8, true);
        holds("line", 2, 1, true);
        holds("length", 4, 8, true);
    }

    void statesAndChecksWithIds()
    {
        holds("length-id", 1, 8, true);
        holds("fixed-id", 2, 8, true);
        holds("length-id", 4, 16, true);
    }

    void answersThatComeTooLate()
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

    void answersAllWhereNothingFails()
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
                    CPPUNIT_ASSERT(numbers.answered >= made.requests);
                    CPPUNIT_ASSERT_EQUAL(numbers.sent + numbers.local, numbers.answered);
                    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, numbers.closed + numbers.desyncs);
                }
    }

    /// By a byte that is wrong or a request that is, not by waiting.
    void findsEachMutant()
    {
        for (int i = 1; i < static_cast<int>(Mutant::last); ++i)
        {
            std::string found;
            for (std::uint64_t seed = 1; seed <= 20 && found.empty(); ++seed)
                for (const std::size_t connections : {std::size_t{1}, std::size_t{4}})
                    for (const std::size_t pipeline : {std::size_t{1}, std::size_t{8}})
                    {
                        const char* const protocols[] = {"line", "fixed-id", "length", "fixed", "length-id"};
                        OracleSettings made = settings(protocols[seed % 5], connections, pipeline);
                        made.overdue = seed % 3 == 0;
                        made.talks = seed % 2 == 0;
                        made.requests = 5000;
                        made.clients = seed % 2 == 0 ? 200 : 6; // the connections are always busy, or often at rest
                        made.seed = seed;
                        const std::string said = verdict(static_cast<Mutant>(i), made);
                        if (found.empty() && said.find("wait for ever") == std::string::npos)
                            found = said;
                    }
            CPPUNIT_ASSERT_MESSAGE("mutant " + std::to_string(i) + " was not found", !found.empty());
            std::cout << "mutant " << i << ": " << found.substr(0, 150) << std::endl;
        }
    }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(OracleTest, "oracle");

} // namespace proximux
