#include "support/Generated.h"
#include "support/Test.h"

#include <proximux/ConfigurationLoader.h>
#include <proximux/config/Reference.h>
#include <proximux/system/Surroundings.h>

#include <Poco/String.h>
#include <Poco/TemporaryFile.h>

#include <fstream>
#include <string>

namespace proximux
{

class ReferenceTest : public CppUnit::TestCase
{
};

TEST(ReferenceTest, committedFilesAreTheGeneratedOnes)
{
    for (const Generated& each : generated())
        CPPUNIT_ASSERT_MESSAGE(each.path + " is out of date: run scripts/generate", each.committed == each.text);
}

TEST(ReferenceTest, everySettingIsInEveryDocument)
{
    const std::string help = reference::help();
    const std::string markdown = reference::markdown();
    const std::string man = reference::man();
    const std::string ini = reference::ini();
    for (const Setting& setting : settings())
    {
        const std::string name = setting.key.substr(setting.key.find('.') + 1);
        CPPUNIT_ASSERT(help.find(setting.key) != std::string::npos);
        CPPUNIT_ASSERT(markdown.find("`" + setting.key + "`") != std::string::npos);
        CPPUNIT_ASSERT(man.find(reference::roff(setting.key)) != std::string::npos);
        CPPUNIT_ASSERT(ini.find(Poco::replace(name, std::string("N."), std::string("1."))) != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(setting.key, !setting.expected.empty());
    }
}

/// Every line is one that can be taken into use by removing its ';'.
TEST(ReferenceTest, theReferenceFileWithItsDefaultsIsAccepted)
{
    std::string text = Poco::replace(reference::ini(), std::string("\n;"), std::string("\n"));
    std::string kept;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
    {
        const bool setting =
            line.find(" =") != std::string::npos && line.compare(0, 1, " ") != 0 && line.front() != ';';
        if (setting || line.compare(0, 1, "[") == 0)
            kept += line + "\n";
    }
    if (!surroundings::hasUnixSockets())
        kept = Poco::replace(kept, std::string("unix:/run/proximux/admin.sock"), std::string("127.0.0.1:9900"));
    kept += "[local]\nport = 1\n[target]\n1.host = a\n1.port = 1\n";
    kept = Poco::replace(kept, std::string("mode = auto"), std::string("mode = proxy"));
    // what is required has no default, and stands in the file as an empty one; users are for UNIX sockets alone
    for (const char* empty : {"port =\n", "1.host =\n", "1.port =\n", "uids = 0, 33\n"})
        kept = Poco::replace(kept, std::string("\n") + empty, std::string("\n"));
    Poco::TemporaryFile folder;
    folder.createDirectory();
    const std::string path = folder.path() + "/reference.ini";
    std::ofstream(path) << kept;
    ConfigurationLoader loader;
    loader.addFile(path);
    const LoadResult result = loader.load();
    CPPUNIT_ASSERT_MESSAGE(kept + (result.mistakes.empty() ? "" : result.mistakes.front()),
                           result.configuration != nullptr);
}

/// The lines at the top of the file, without their ';', are a configuration that can be started.
TEST(ReferenceTest, theExampleAtTheTopWorks)
{
    const std::string text = reference::ini();
    const std::size_t begin = text.find("; [local]");
    CPPUNIT_ASSERT(begin != std::string::npos);
    const std::string example = text.substr(begin, text.find("\n\n", begin) - begin);
    Poco::TemporaryFile folder;
    folder.createDirectory();
    const std::string path = folder.path() + "/example.ini";
    std::ofstream(path) << Poco::remove(example, ';');
    ConfigurationLoader loader;
    loader.addFile(path);
    const LoadResult result = loader.load();
    CPPUNIT_ASSERT_MESSAGE(example + (result.mistakes.empty() ? "" : result.mistakes.front()),
                           result.configuration != nullptr);
    CPPUNIT_ASSERT(result.configuration->exchange.mode == Mode::proxy);
    CPPUNIT_ASSERT(result.configuration->targets.at(0).endpoint == (Endpoint{"db.example", 3306}));
}

TEST(ReferenceTest, everyDefaultIsAValueOfItsKind)
{
    for (const Setting& setting : settings())
    {
        Configuration scratch;
        scratch.targets.resize(1);
        if (!setting.fallback.empty())
            CPPUNIT_ASSERT_EQUAL_MESSAGE(setting.key, std::string(), setting.store(setting.fallback, scratch, 0));
    }
}

TEST(ReferenceTest, aConfigurationHasTheDefaultsOfTheTable)
{
    const Configuration made;
    CPPUNIT_ASSERT_EQUAL(1024, made.local.backlog);
    CPPUNIT_ASSERT(made.local.maxConnections == -1 && made.local.idleTimeout.isOff());
    CPPUNIT_ASSERT(made.local.socket.keepAlive == KeepAlive());
    CPPUNIT_ASSERT(made.exchange.mode == Mode::automatic);
    CPPUNIT_ASSERT_EQUAL(std::string("auto"), made.exchange.protocol);
    CPPUNIT_ASSERT_EQUAL(std::string("\n"), made.exchange.framing.delimiter);
    CPPUNIT_ASSERT(made.exchange.totalBuffer == std::size_t{256} * 1024 * 1024);
    CPPUNIT_ASSERT(made.pool.backoffMin == Duration::milliseconds(100) && !made.pool.settle);
    CPPUNIT_ASSERT(made.log.maskAddresses && made.log.level == 2);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{20}, made.limits.reconnects);
    CPPUNIT_ASSERT(made.shutdown.delay == Duration{0});
    CPPUNIT_ASSERT(made.shutdown.drainTimeout == Duration::seconds(10));
    CPPUNIT_ASSERT(made.shutdown.firstRequestTimeout == Duration::milliseconds(100));
}

TEST(ReferenceTest, aTargetHasTheDefaultsOfTheTable)
{
    Configuration made;
    made.targets.resize(1);
    for (const Setting& setting : settings())
        if (setting.isOfTarget() && !setting.fallback.empty())
            CPPUNIT_ASSERT_EQUAL(std::string(), setting.store(setting.fallback, made, 0));
    const TargetSettings& stored = made.targets.front();
    const TargetSettings own;
    CPPUNIT_ASSERT(stored.socket.keepAlive == own.socket.keepAlive);
    CPPUNIT_ASSERT(stored.socket.userTimeout == own.socket.userTimeout);
    CPPUNIT_ASSERT_EQUAL(stored.connections, own.connections);
    CPPUNIT_ASSERT_EQUAL(stored.database, own.database);
}

} // namespace proximux
