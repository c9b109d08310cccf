#include "support/Test.h"

#include "WatchRecorder.h"

#include <proximux/protocol/Registry.h>

#include <set>
#include <vector>

using namespace proximux;

class RegistryTest : public CppUnit::TestCase
{
};

TEST(RegistryTest, findsRawAndMysql)
{
    CPPUNIT_ASSERT(findProtocol("raw") != nullptr);
    CPPUNIT_ASSERT(!findProtocol("raw")->delimited);
    CPPUNIT_ASSERT(findProtocol("mysql") != nullptr);
    CPPUNIT_ASSERT(findProtocol("mysql")->delimited);
}

TEST(RegistryTest, knowsWhichCanBeShared)
{
    for (const char* name : {"auto", "raw", "line", "fixed", "length", "resp", "memcached", "http", "modbus",
                             "modbus-rtu", "modbus-ascii", "dns", "mysql", "postgresql"})
        CPPUNIT_ASSERT_MESSAGE(name, findProtocol(name)->isShareable());
}

TEST(RegistryTest, findsNothingElse)
{
    for (const char* name : {"", "Raw", "mysq", "mysql ", "morse"})
        CPPUNIT_ASSERT_MESSAGE(name, findProtocol(name) == nullptr);
}

TEST(RegistryTest, namesEachProtocolOnce)
{
    std::set<std::string_view> names;
    for (const ProtocolInfo& protocol : protocols())
    {
        CPPUNIT_ASSERT(names.insert(protocol.name).second);
        CPPUNIT_ASSERT(!protocol.summary.empty());
    }
    for (const ProtocolInfo& protocol : protocols())
        for (const std::string_view alias : protocol.aliases)
        {
            CPPUNIT_ASSERT_MESSAGE(std::string(alias), names.insert(alias).second && !isPassedOn(alias));
            CPPUNIT_ASSERT(protocolNamed(alias) == &protocol && findProtocol(alias) == nullptr);
        }
}

TEST(RegistryTest, autoChoosesFromRawAndWhatIsDetected)
{
    std::vector<std::string_view> names;
    for (const ProtocolInfo* each : choicesOfAuto())
        names.push_back(each->name);
    CPPUNIT_ASSERT_EQUAL(std::string("raw, http, resp"), listed(names));
}

TEST(RegistryTest, tellsToWhichProtocolsASettingApplies)
{
    CPPUNIT_ASSERT_EQUAL(std::string("fixed and length"), usersOf("exchange.id_offset", " and "));
    CPPUNIT_ASSERT_EQUAL(std::string("line, length, scpi"), usersOf("exchange.max_message"));
    CPPUNIT_ASSERT_EQUAL(std::string("resp"), usersOf("local.password", " and "));
    CPPUNIT_ASSERT_EQUAL(std::string(), usersOf("local.port"));
}

TEST(RegistryTest, makesWatchersThatTellTheirListener)
{
    for (const ProtocolInfo& protocol : protocols())
    {
        Framing framing;
        framing.messageSize = 3;
        WatchRecorder recorder;
        const auto watcher = protocol.makeWatcher(framing, recorder, {});
        // a message to one, nonsense to another: either is told
        watcher->fromClient(std::string("\0\0\0\x08not\nthis\r\n\r\n", 16), Instant{});
        CPPUNIT_ASSERT_MESSAGE(std::string(protocol.name), !recorder.lines.empty());
    }
}
