#include "support/Test.h"

#include <app/StatusSample.h>

#include <string>

namespace proximux
{

class StatusSampleTest : public CppUnit::TestCase
{
protected:
    static constexpr const char* WHOLE =
        R"({"version":"0.1.0","phase":"serving","uptime":61.500,"listen":"[::]:6379","mode":"funnel","protocol":"resp",)"
        R"("clients":4,"maxClients":10,"silentThreads":1,"queue":{"requests":3,"oldestWait":2.000},)"
        R"("counters":{"accepted":5,"failed":1,"bytesIn":100,"bytesOut":200,"requests":{"answered":7,"error":2}},)"
        R"("buckets":{"bounds":[50,100,250,500,1000,2500,5000,10000,25000,50000,100000,250000,500000,1000000,2500000,)"
        R"(5000000,10000000,30000000],"requestDuration":[0,0,0,0,9,0,0,0,0,0,0,0,0,0,0,0,0,0,1]},)"
        R"("targets":[{"target":1,"address":"a:1","state":"dead","states":{"idle":2,"pinned":1},"retryIn":1.500,)"
        R"("lastErrorTime":"2026-11-29T06:30:00Z","lastError":"refused"},)"
        R"({"target":2,"address":"b:1","state":"living","states":{},"retryIn":null,"lastErrorTime":null,)"
        R"("lastError":null}],"lanes":[{"connection":7,"target":1,"address":"a:1","state":"pinned","inFlight":1,)"
        R"("client":9,"clientAddress":"10.0.0.1:4711","pinned":"watch","pinnedFor":5.000,"since":60.000},)"
        R"({"connection":8,"target":1,"address":"a:1","state":"idle","inFlight":0,"client":null,"clientAddress":null,)"
        R"("pinned":null,"pinnedFor":null,"since":1.000}]})";

    static StatusSample at(std::int64_t seconds, std::uint64_t requests = 0)
    {
        StatusSample sample;
        sample.uptime = Duration::seconds(seconds);
        sample.requests = requests;
        return sample;
    }
};

TEST(StatusSampleTest, aStatusIsRead)
{
    const StatusSample seen = StatusSample::parse(WHOLE).value();
    CPPUNIT_ASSERT_EQUAL(std::string("0.1.0 serving [::]:6379 funnel resp"),
                         seen.version + " " + seen.phase + " " + seen.listen + " " + seen.mode + " " + seen.protocol);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{61500000}, seen.uptime.us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{2000000}, seen.oldestWait.us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{10}, seen.maxClients);
    const std::pair<std::uint64_t, std::uint64_t> numbers[] = {{4, seen.clients},
                                                               {5, seen.accepted},
                                                               {1, seen.silentThreads},
                                                               {3, seen.queued},
                                                               {9, seen.requests},
                                                               {3, seen.errors},
                                                               {100, seen.bytesIn},
                                                               {200, seen.bytesOut},
                                                               {9, seen.responses.buckets[4]},
                                                               {1, seen.responses.buckets[18]}};
    for (const auto& [expected, found] : numbers)
        CPPUNIT_ASSERT_EQUAL(expected, found);
}

TEST(StatusSampleTest, targetsAndConnectionsAreRead)
{
    const StatusSample seen = StatusSample::parse(WHOLE).value();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, seen.targets.size());
    CPPUNIT_ASSERT_EQUAL(std::string("1: a:1 dead 2 idle, 1 pinned 2026-11-29T06:30:00Z refused"),
                         seen.targets[0].name + " " + seen.targets[0].state + " " + seen.targets[0].connections + " " +
                             seen.targets[0].lastError);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1500000}, seen.targets[0].retryIn.value().us);
    CPPUNIT_ASSERT(!seen.targets[1].retryIn);
    CPPUNIT_ASSERT_EQUAL(std::string(), seen.targets[1].lastError + seen.targets[1].connections);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, seen.lanes.size());
    const StatusSample::Lane& lane = seen.lanes[0];
    CPPUNIT_ASSERT_EQUAL(std::string("7 1: a:1 pinned 1 9 at 10.0.0.1:4711 watch"),
                         lane.connection + " " + lane.target + " " + lane.state + " " + lane.inFlight + " " +
                             lane.client + " " + lane.pinned);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{5000000}, lane.pinnedFor.value().us);
    CPPUNIT_ASSERT_EQUAL(std::string(), seen.lanes[1].client + seen.lanes[1].pinned);
}

TEST(StatusSampleTest, whatIsNoStatusIsNone)
{
    for (const char* text : {"", "x", "[]", "1", "{\"uptime\":\"x\"}", "{\"targets\":[1]}"})
        CPPUNIT_ASSERT_MESSAGE(text, !StatusSample::parse(text));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, StatusSample::parse("{}").value().clients);
}

TEST(StatusSampleTest, otherBucketsAreNone)
{
    const char* const other = R"({"buckets":{"bounds":[1,2],"requestDuration":[5,5,5]}})";
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, StatusSample::parse(other).value().responses.buckets[0]);
}

TEST(StatusSampleTest, aTrendIsWhatHasHappenedBetweenTwoSamples)
{
    StatusSample from = at(10, 100);
    StatusSample to = at(14, 108);
    from.errors = 2;
    to.errors = 5;
    from.bytesIn = 1000;
    to.bytesIn = 1400;
    to.bytesOut = 40;
    from.responses.buckets[0] = 1000; // long ago they were fast
    to.responses.buckets[0] = 1000;
    to.responses.buckets[4] = 100; // 500 us to 1 ms
    const StatusTrend trend(from, to);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{4000000}, trend.span.us);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(2, trend.requests, 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(100, trend.bytesIn, 1e-9);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(10, trend.bytesOut, 1e-9);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, trend.errors);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{750}, trend.median.value().us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{995}, trend.p99.value().us);
}

TEST(StatusSampleTest, withoutTimeOrRequestsThereIsNoRate)
{
    const StatusTrend trend(at(10, 5), at(10, 9));
    CPPUNIT_ASSERT_DOUBLES_EQUAL(0, trend.requests, 0);
    CPPUNIT_ASSERT(!trend.median && !trend.p99);
    CPPUNIT_ASSERT_DOUBLES_EQUAL(0, StatusTrend(at(10, 9), at(11, 5)).requests, 0); // counters never shrink
}

TEST(StatusSampleTest, theHistoryIsAMinuteLong)
{
    StatusHistory history;
    history.add(at(100, 1000));
    CPPUNIT_ASSERT_DOUBLES_EQUAL(10, history.now().requests, 1e-9); // since the start
    CPPUNIT_ASSERT_DOUBLES_EQUAL(10, history.minute().requests, 1e-9);
    for (int i = 1; i <= 70; ++i)
        history.add(at(100 + i, 1000));
    history.add(at(171, 1007));
    CPPUNIT_ASSERT_DOUBLES_EQUAL(7, history.now().requests, 1e-9);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{60000000}, history.minute().span.us);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1007}, history.latest().requests);
}

TEST(StatusSampleTest, anotherProcessBeginsAnew)
{
    StatusHistory history;
    history.add(at(100, 1000));
    history.add(at(2, 4));
    CPPUNIT_ASSERT_DOUBLES_EQUAL(2, history.now().requests, 1e-9);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{2000000}, history.minute().span.us);
}

TEST(StatusSampleTest, ofServicesTheNamesAreShown)
{
    const auto sample = StatusSample::parse(
        R"({"targets":[{"service":"plc1","target":1,"address":"a:1","state":"living"}],)"
        R"("lanes":[{"service":"plc1","connection":7,"target":1,"address":"a:1","state":"idle"}]})");
    CPPUNIT_ASSERT_EQUAL(std::string("plc1 1: a:1"), sample.value().targets.at(0).name);
    CPPUNIT_ASSERT_EQUAL(std::string("plc1 7"), sample.value().lanes.at(0).connection);
}

} // namespace proximux
