#include "WatchRecorder.h"

#include <proximux/protocol/Registry.h>

#include <cppunit/extensions/HelperMacros.h>

#include <set>
#include <vector>

using namespace proximux;

class RegistryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistryTest);
    CPPUNIT_TEST(findsRawAndMysql);
    CPPUNIT_TEST(knowsWhichCanBeShared);
    CPPUNIT_TEST(findsNothingElse);
    CPPUNIT_TEST(namesEachProtocolOnce);
    CPPUNIT_TEST(autoChoosesFromRawAndWhatIsDetected);
    CPPUNIT_TEST(tellsToWhichProtocolsASettingApplies);
    CPPUNIT_TEST(makesWatchersThatTellTheirListener);
    CPPUNIT_TEST_SUITE_END();

public:
    void findsRawAndMysql()
    {
        CPPUNIT_ASSERT(findProtocol("raw") != nullptr);
        CPPUNIT_ASSERT(!findProtocol("raw")->delimited);
        CPPUNIT_ASSERT(findProtocol("mysql") != nullptr);
        CPPUNIT_ASSERT(findProtocol("mysql")->delimited);
    }

    void knowsWhichCanBeShared()
    {
        for (const char* name :
             {"auto", "raw", "line", "fixed", "length", "resp", "memcached", "http", "modbus", "dns"})
            CPPUNIT_ASSERT_MESSAGE(name, findProtocol(name)->isShareable());
        CPPUNIT_ASSERT(!findProtocol("mysql")->isShareable());
    }

    void findsNothingElse()
    {
        for (const char* name : {"", "Raw", "mysq", "mysql ", "morse"})
            CPPUNIT_ASSERT_MESSAGE(name, findProtocol(name) == nullptr);
    }

    void namesEachProtocolOnce()
    {
        std::set<std::string_view> names;
        for (const ProtocolInfo& protocol : protocols())
        {
            CPPUNIT_ASSERT(names.insert(protocol.name).second);
            CPPUNIT_ASSERT(!protocol.summary.empty());
        }
    }

    void autoChoosesFromRawAndWhatIsDetected()
    {
        std::vector<std::string_view> names;
        for (const ProtocolInfo* each : choicesOfAuto())
            names.push_back(each->name);
        CPPUNIT_ASSERT_EQUAL(std::string("raw, http, resp"), listed(names));
    }

    void tellsToWhichProtocolsASettingApplies()
    {
        CPPUNIT_ASSERT_EQUAL(std::string("fixed and length"), usersOf("exchange.id_offset", " and "));
        CPPUNIT_ASSERT_EQUAL(std::string("line, length"), usersOf("exchange.max_message"));
        CPPUNIT_ASSERT_EQUAL(std::string("resp"), usersOf("local.password", " and "));
        CPPUNIT_ASSERT_EQUAL(std::string(), usersOf("local.port"));
    }

    void makesWatchersThatTellTheirListener()
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
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(RegistryTest, "protocol");
