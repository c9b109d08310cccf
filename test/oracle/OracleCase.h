#pragma once

#include "support/Test.h"

#include "simulation/Oracle.h"

#include <proximux/exchange/Mutants.h>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace proximux
{

/// What the tests with oracles share.
/// PROXIMUX_ORACLE_REQUESTS: requests per case; PROXIMUX_ORACLE_SEED: another seed than the fixed one.
class OracleCase : public CppUnit::TestCase
{
protected:
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
    template <class O = Oracle>
    static Oracle::Numbers hold(const OracleSettings& made)
    {
        plantedMutant = Mutant::none;
        O oracle(made);
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

    static void tell(const std::string& protocol, const OracleSettings& made, const Oracle::Numbers& numbers)
    {
        std::cout << protocol << ", " << made.connections << " connections, pipeline " << made.pipeline << ", seed "
                  << made.seed << ": " << numbers.sent << " requests sent, " << numbers.answered << " answered, "
                  << numbers.errors << " failed, " << numbers.closed << " clients closed, " << numbers.left << " left, "
                  << numbers.killed << " connections killed, " << numbers.desyncs << " desyncs, " << numbers.early
                  << " early, " << numbers.repeated << " repeated, " << numbers.late << " late" << std::endl;
    }

    /// What is said of a core with this fault in it; nothing where it is not seen.
    template <class F>
    static std::string verdict(Mutant mutant, F tryIt)
    {
        plantedMutant = mutant;
        std::string said;
        try
        {
            tryIt();
        }
        catch (const std::out_of_range&) // a core that stumbles is none that was seen through
        {
        }
        catch (const std::exception& failure)
        {
            said = failure.what();
        }
        plantedMutant = Mutant::none;
        return said;
    }

    /// Faults that an oracle of databases finds, and no RULE.
    static constexpr const char* BY_DATABASES[] = {
        "cleanNothing",  "mixMeanings",    "keepClientId",     "omitTypes",    "forgetInserted",
        "ignoreReports", "forgetMessages", "tellChanges",      "keepPrepared", "keepForeignSettings",
        "shareParts",    "trustMoves",     "keepResetSettings"};

    /// Waiting does not count.
    static std::string seen(const std::string& said)
    {
        return said.find("wait for ever") == std::string::npos ? said : std::string();
    }
};

} // namespace proximux
