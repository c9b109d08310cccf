#include "WatchRecorder.h"

#include <proximux/protocol/Registry.h>

#include <cppunit/extensions/HelperMacros.h>

#include <set>

using namespace proximux;

class RegistryTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(RegistryTest);
    CPPUNIT_TEST(findsRawAndMysql);
    CPPUNIT_TEST(findsNothingElse);
    CPPUNIT_TEST(namesEachProtocolOnce);
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

    void makesWatchersThatTellTheirListener()
    {
        for (const ProtocolInfo& protocol : protocols())
        {
            WatchRecorder recorder;
            const auto watcher = protocol.makeWatcher(recorder, {});
            watcher->fromClient("not\r\nthis", Instant{});
            CPPUNIT_ASSERT_EQUAL(
                std::string(protocol.delimited ? "! the client spoke before the server's greeting\n" : "> not\n"),
                joined(recorder.lines));
        }
    }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(RegistryTest, "protocol");
