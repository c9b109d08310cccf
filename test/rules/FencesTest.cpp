#include "rules/Rules.h"

namespace proximux
{

/// Where the end of the responses is not known for certain, a marker shows it.
class FencesTest : public Rules
{
};

TEST(FencesTest, memcachedChangesTheDialectWithANewConnection)
{
    named("memcached");
    const ClientId a = join();
    const ClientId b = join();
    says(a, "get x\r\n");
    const TargetId t = opens();
    const std::string noop = std::string("\x80\x0a", 2) + std::string(22, '\0');
    says(b, noop);
    CPPUNIT_ASSERT_EQUAL(std::string("get x\r\n"), got(t));
    answers(t, "END\r\n");
    assertClosed(t, CloseReason::otherDialect, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(noop, got(next));
}

/// A server loses what comes with it.
TEST(FencesTest, aMemcachedDumpIsAloneOnItsConnection)
{
    named("memcached", 2);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    const std::string dump = "lru_crawler metadump all\r\n";
    says(a, "get a\r\n" + dump + "get b\r\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("get a\r\n"), got(t));
    answers(t, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(dump, got(t));
    says(b, "get c\r\n");
    const TargetId other = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("get c\r\n"), got(other));
    says(c, "get d\r\nget e\r\n"); // the other has as many requests, and room
    CPPUNIT_ASSERT_EQUAL(std::string("get d\r\nget e\r\n"), got(other));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "key=a exp=-1\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\nkey=a exp=-1\nEND\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\n"), got(other)); // the first is not yet known to have said all
}

RULE(FencesTest, nobodySeesTheEndOfAQuietRun, dropMarker, deliverMarker)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "mg x v q\r\n");
    says(b, "get y\r\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("mg x v q\r\nversion\r\nget y\r\n"), got(t));
    answers(t, "VERSION 1\r\nEND\r\n"); // a miss, of which nothing is said
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(b));
}

/// A server that obeys a noreply answers nothing: what comes next would be the next client's.
RULE(FencesTest, aFenceEndsWhatHasNoKnownEnd, skipFence)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    const std::string twice = "flush_all noreply noreply\r\n";
    says(a, twice);
    says(b, "get b\r\n");
    says(c, "get c\r\n");
    const TargetId t = opens();
    const std::string marker = got(t).substr(twice.size());
    answers(t, memcachedAnswers(marker) + (marker.empty() ? "VALUE b 0 1\r\nb\r\nEND\r\n" : ""));
    answers(t, marker.empty() ? "END\r\n" : "VALUE b 0 1\r\nb\r\nEND\r\nEND\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("VALUE b 0 1\r\nb\r\nEND\r\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(c));
}

/// A server before 1.6.12, say.
RULE(FencesTest, dataThatATargetTakesForCommandsIsFenced, trustUnproven)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const std::string store = "ms k 9\r\nget a b c\r\n";
    says(a, store);
    says(b, "get b\r\n");
    const TargetId t = opens();
    const std::string sent = got(t).substr(store.size());
    const std::string answer = "ERROR\r\nVALUE c 0 1\r\nc\r\nEND\r\n";
    answers(t, answer + memcachedAnswers(sent));
    CPPUNIT_ASSERT_EQUAL(answer, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\n"), got(t));
}

RULE(FencesTest, aTornFenceReachesNobody, deliverFence)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const std::string unknown = "stats sizes_enable\r\n";
    says(a, unknown);
    const TargetId t = opens();
    const std::string end = memcachedAnswers(got(t).substr(unknown.size()));
    for (const char byte : "STAT sizes_status enabled\r\n" + end)
        answers(t, std::string(1, byte));
    CPPUNIT_ASSERT_EQUAL(std::string("STAT sizes_status enabled\r\n"), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

} // namespace proximux
