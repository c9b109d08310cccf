#include "support/MemcachedAnswers.h"
#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

/// Requests whose number of answers is unknown: a marker of ours shows where they end. By the example of memcached.
class FencedExchangeTest : public SharingFixture
{
protected:
    void memcached(std::size_t pipeline = 8)
    {
        Options options;
        options.protocol = "memcached";
        options.exchange.pipeline = pipeline;
        begin(options);
    }

    /// What answers the marker that the target got behind this request.
    std::string marker(TargetId target, const std::string& request)
    {
        const std::string sent = got(target);
        CPPUNIT_ASSERT_EQUAL(request, sent.substr(0, request.size()));
        CPPUNIT_ASSERT_MESSAGE("no marker", sent.size() > request.size() + 1000);
        return memcachedAnswers(sent.substr(request.size()));
    }

    const std::string UNKNOWN = "stats sizes_enable\r\n";
    const std::string ONE_LINE = "STAT sizes_status enabled\r\n";
    const std::string GET = "get x\r\n";
    const std::string VALUE = "VALUE x 0 1\r\nx\r\nEND\r\n";
};

TEST(FencedExchangeTest, everythingBeforeTheMarkerIsTheResponse)
{
    for (const char* response : {"", "STAT sizes_status enabled\r\n", "OK\r\nOK\r\n", "no line", "END\r\nEND\r\n",
                                 "VALUE x 0 99\r\nx", "MN\r\n", "END\r\nNOT_FOUND\r\nEND\r\n", "\0\r\n"})
    {
        memcached();
        const ClientId a = join();
        const ClientId b = join();
        says(a, UNKNOWN + GET);
        says(b, GET);
        const TargetId t = opens();
        answers(t, response + marker(t, UNKNOWN));
        CPPUNIT_ASSERT_EQUAL(std::string(response), got(a));
        CPPUNIT_ASSERT_EQUAL(GET + GET, got(t));
        answers(t, VALUE + "END\r\n");
        CPPUNIT_ASSERT_EQUAL(VALUE, got(a));
        CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(b));
    }
}

TEST(FencedExchangeTest, aRequestWithoutAnAnswerTakesNobodyElses)
{
    memcached();
    const ClientId a = join();
    const ClientId b = join();
    const std::string twice = "flush_all noreply noreply\r\n";
    says(a, twice);
    says(b, GET);
    const TargetId t = opens();
    answers(t, marker(t, twice));
    answers(t, VALUE);
    CPPUNIT_ASSERT_EQUAL(VALUE, got(b));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
}

TEST(FencedExchangeTest, theMarkerIsFoundWhereverItIsCut)
{
    std::size_t size = 1;
    for (std::size_t cut = 0; cut < size; ++cut)
    {
        memcached();
        const ClientId a = join();
        says(a, UNKNOWN);
        const TargetId t = opens();
        const std::string all = ONE_LINE + marker(t, UNKNOWN);
        size = all.size();
        answers(t, all.substr(0, cut));
        CPPUNIT_ASSERT_EQUAL(all.substr(0, std::min(cut, ONE_LINE.size())), got(a));
        answers(t, all.substr(cut));
        CPPUNIT_ASSERT_EQUAL(ONE_LINE.substr(std::min(cut, ONE_LINE.size())), got(a));
        says(a, GET);
        CPPUNIT_ASSERT_EQUAL(GET, got(t));
    }
    memcached();
    const ClientId a = join();
    says(a, UNKNOWN);
    const TargetId t = opens();
    for (const char c : "END\r\n" + ONE_LINE + "END\r\n" + marker(t, UNKNOWN))
        answers(t, std::string(1, c));
    CPPUNIT_ASSERT_EQUAL("END\r\n" + ONE_LINE + "END\r\n", got(a));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(FencedExchangeTest, aFencedRequestIsAloneOnItsConnection)
{
    memcached();
    const ClientId a = join();
    const ClientId b = join();
    says(a, GET);
    const TargetId t = opens();
    says(b, UNKNOWN);
    says(a, GET);
    CPPUNIT_ASSERT_EQUAL(GET, got(t));
    answers(t, VALUE);
    const std::string end = marker(t, UNKNOWN);
    answers(t, ONE_LINE);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, end);
    CPPUNIT_ASSERT_EQUAL(GET, got(t));
}

TEST(FencedExchangeTest, aLongResponseIsPassedOnAsItComes)
{
    memcached();
    const ClientId a = join();
    says(a, UNKNOWN);
    const TargetId t = opens();
    const std::string end = marker(t, UNKNOWN);
    std::string all;
    for (int i = 0; i < 100; ++i)
    {
        const std::string piece(10000, static_cast<char>('a' + i % 26));
        all += piece;
        answers(t, piece);
        CPPUNIT_ASSERT_EQUAL(piece.size(), got(a).size());
    }
    pass(Duration::seconds(29));
    answers(t, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a)); // it may be the marker's
    pass(Duration::seconds(29));
    answers(t, "x" + end);
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\nx"), got(a));
}

TEST(FencedExchangeTest, nothingIsAcceptedBehindTheMarker)
{
    memcached();
    const ClientId a = join();
    const ClientId b = join();
    says(a, UNKNOWN);
    says(b, GET);
    const TargetId t = opens();
    answers(t, ONE_LINE + marker(t, UNKNOWN) + VALUE);
    assertClosed(t, CloseReason::desync, How::abort);
    CPPUNIT_ASSERT_EQUAL(ONE_LINE, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    CPPUNIT_ASSERT_EQUAL(GET, got(opens()));
}

TEST(FencedExchangeTest, aMarkerThatNeverComesBackClosesTheConnection)
{
    memcached();
    const ClientId a = join();
    const ClientId b = join();
    says(a, UNKNOWN);
    const TargetId t = opens();
    const std::string end = marker(t, UNKNOWN);
    pass(Duration::seconds(15));
    says(b, GET);
    answers(t, end.substr(0, end.size() - 1));
    pass(Duration::seconds(31));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("SERVER_ERROR proximux: the target did not answer in time\r\n"), got(a));
    CPPUNIT_ASSERT(world.has(a) && world.has(b));
}

TEST(FencedExchangeTest, anErrorIsToldOnlyBeforeTheResponse)
{
    memcached();
    const ClientId a = join();
    says(a, UNKNOWN);
    const TargetId t = opens();
    answers(t, ONE_LINE);
    pass(Duration::seconds(31));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    assertClosed(a, CloseReason::responseTimeout, How::abort);
}

TEST(FencedExchangeTest, aClientThatLeavesIsWaitedFor)
{
    memcached();
    const ClientId a = join();
    const ClientId b = join();
    says(a, UNKNOWN);
    says(b, GET);
    const TargetId t = opens();
    const std::string end = marker(t, UNKNOWN);
    answers(t, ONE_LINE.substr(0, 5));
    exchange->clientLost(a, now);
    if (!world.has(t))
        return; // it was left with its client
    answers(t, ONE_LINE.substr(5) + end);
    CPPUNIT_ASSERT_EQUAL(GET, got(t));
    answers(t, VALUE);
    CPPUNIT_ASSERT_EQUAL(VALUE, got(b));
}

TEST(FencedExchangeTest, aLostConnectionTakesItsFenceWithIt)
{
    memcached();
    const ClientId a = join();
    says(a, UNKNOWN);
    const TargetId t = opens();
    marker(t, UNKNOWN);
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_EQUAL(std::string("SERVER_ERROR proximux: the target connection was lost\r\n"), got(a));
    says(a, GET);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(GET, got(next));
    answers(next, VALUE);
    CPPUNIT_ASSERT_EQUAL(VALUE, got(a));
    says(a, UNKNOWN);
    answers(next, ONE_LINE + marker(next, UNKNOWN));
    CPPUNIT_ASSERT_EQUAL(ONE_LINE, got(a));
}

TEST(FencedExchangeTest, localAnswersWaitForTheMarker)
{
    memcached();
    const ClientId a = join();
    says(a, UNKNOWN + "watch\r\n");
    const TargetId t = opens();
    const std::string end = marker(t, UNKNOWN);
    answers(t, ONE_LINE);
    CPPUNIT_ASSERT_EQUAL(ONE_LINE, got(a));
    answers(t, end);
    CPPUNIT_ASSERT_EQUAL(std::string("CLIENT_ERROR proximux: watch is not supported through the proxy\r\n"), got(a));
}

TEST(FencedExchangeTest, anEndThatMayBeForgedIsGuarded)
{
    memcached();
    const ClientId a = join();
    const ClientId b = join();
    const std::string dump = "lru_crawler metadump all\r\n";
    says(a, dump);
    says(b, GET);
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(dump, got(t));
    answers(t, "key=a exp=-1\nEND\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("key=a exp=-1\nEND\r\n"), got(a));
    const std::string end = marker(t, "");
    says(a, "version\r\n");
    answers(t, "key=b exp=-1\nEND\r\n"); // the end before was a key
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, end);
    CPPUNIT_ASSERT_EQUAL(GET + "version\r\n", got(t));
    answers(t, VALUE + "VERSION 1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("VERSION 1\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(VALUE, got(b));
}

TEST(FencedExchangeTest, aCommandIsFencedUntilTheTargetIsKnownToKnowIt)
{
    const std::string store = "ms k 1\r\nx\r\n";
    const std::string quiet = "ms k 1 q\r\nx\r\n";
    memcached();
    const ClientId a = join();
    const ClientId b = join();
    says(a, store + store);
    says(b, quiet + GET);
    const TargetId t = opens();
    const std::string end = marker(t, store);
    answers(t, "HD");
    answers(t, "\r\n" + end);
    CPPUNIT_ASSERT_EQUAL(store + quiet + "version\r\n" + GET, got(t));
    answers(t, "NS\r\nVERSION 1\r\n" + VALUE);
    CPPUNIT_ASSERT_EQUAL(std::string("HD\r\nNS\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(VALUE, got(b));
    exchange->targetLost(t, now);
    says(a, store);
    marker(opens(), store); // it may be another server
}

TEST(FencedExchangeTest, whatProvesNothingStaysFenced)
{
    const std::string quiet = "ms k 9 q\r\nget x y z\r\n";
    for (const char* response : {"ERROR\r\nVALUE x 0 1\r\nx\r\nEND\r\n", "HD\r\nHD\r\n", "CLIENT_ERROR x\r\n", "HDx"})
    {
        memcached();
        const ClientId a = join();
        const ClientId b = join();
        says(a, quiet);
        says(b, quiet + GET);
        const TargetId t = opens();
        answers(t, response + marker(t, quiet));
        CPPUNIT_ASSERT_EQUAL(std::string(response), got(a));
        answers(t, marker(t, quiet)); // that proves it
        CPPUNIT_ASSERT_EQUAL(GET, got(t));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
        says(a, quiet);
        CPPUNIT_ASSERT_EQUAL(quiet + "version\r\n", got(t));
    }
}

TEST(FencedExchangeTest, aGuardOutlivesItsClient)
{
    memcached();
    const ClientId a = join();
    const std::string dump = "lru_crawler metadump all\r\n";
    says(a, dump);
    const TargetId t = opens();
    got(t);
    answers(t, "END\r\n");
    marker(t, "");
    exchange->clientLost(a, now);
    pass(Duration::seconds(15));
    const ClientId b = join();
    says(b, GET);
    pass(Duration::seconds(16));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(GET, got(opens()));
}

} // namespace proximux
