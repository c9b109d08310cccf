#include "support/Test.h"

#include "unit/exchange/Allocations.h"

#include <proximux/telemetry/RequestEvents.h>

#include <Poco/Delegate.h>

#include <string>
#include <vector>

namespace proximux
{

/// Requests of all modes reach the listeners, and their outcomes those that asked for them.
class RequestEventsTest : public CppUnit::TestCase
{
protected:
    struct Recorder
    {
        void onRequest(RequestArgs& args)
        {
            notes.push_back("request " + std::string(args.text) + " " + std::to_string(args.target));
            args.whenAnswered(
                [this](const ResponseInfo& info)
                {
                    notes.push_back("answer " + std::string(info.text) + " " + std::to_string(info.target) + " " +
                                    std::to_string(info.responseSize) + " " + info.reason);
                });
        }

        std::vector<std::string> notes;
    };

    static std::shared_ptr<const Configuration> configuration(Mode mode)
    {
        auto made = std::make_shared<Configuration>();
        made->exchange.mode = mode;
        made->exchange.protocol = "line";
        made->targets.resize(1);
        return made;
    }

    const ClientInfo _client{"127.0.0.1", 1, 1};
    ConnectionTally _tally;
    LiveCounters _counters;
};

#if !defined(PROXIMUX_SANITIZED)

TEST(RequestEventsTest, aSharedRequestHasItsOutcome)
{
    Runtime runtime(configuration(Mode::fifo), 1);
    RequestEvents events(runtime, _counters);
    Recorder recorder;
    runtime.events.request += Poco::delegate(&recorder, &Recorder::onRequest);
    const std::uint64_t tag = events.came(_client, "a\n", 2, false);
    CPPUNIT_ASSERT(tag != 0);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, events.came(_client, "rest", 4, true));
    Outcome outcome;
    outcome.responseSize = 7;
    events.ended(tag, 3, outcome);
    events.ended(tag, 3, outcome); // the tag is used up
    const std::vector<std::string> expected{"request a 0", "request rest 0", "answer a 3 7 "};
    CPPUNIT_ASSERT(expected == recorder.notes);
}

TEST(RequestEventsTest, aFailureSaysWhy)
{
    Runtime runtime(configuration(Mode::funnel), 1);
    RequestEvents events(runtime, _counters);
    Recorder recorder;
    runtime.events.request += Poco::delegate(&recorder, &Recorder::onRequest);
    Outcome outcome;
    outcome.failed = true;
    outcome.reason = CloseReason::queueTimeout;
    events.ended(events.came(_client, "a\n", 2, false), 0, outcome);
    CPPUNIT_ASSERT_EQUAL(std::string("answer a 0 0 exchange.queue_timeout"), recorder.notes.at(1));
}

TEST(RequestEventsTest, pairsAnswerByPlace)
{
    Runtime runtime(configuration(Mode::proxy), 1);
    RequestEvents events(runtime, _counters);
    Recorder recorder;
    runtime.events.request += Poco::delegate(&recorder, &Recorder::onRequest);
    const auto pair = events.watch(_client, _tally, 2);
    CPPUNIT_ASSERT(pair != nullptr);
    WatchedRequest request;
    for (const char* text : {"a", "b"})
    {
        request.text = text;
        pair->requestSeen(request);
    }
    WatchedResponse response;
    response.text = "b";
    response.place = 1;
    pair->responseSeen(response);
    response.text = "a";
    response.place = 0;
    pair->responseSeen(response);
    const std::vector<std::string> expected{"request a 2", "request b 2", "answer b 2 0 ", "answer a 2 0 "};
    CPPUNIT_ASSERT(expected == recorder.notes);
}

TEST(RequestEventsTest, nothingIsAllocatedForNobody)
{
    Runtime runtime(configuration(Mode::fifo), 1);
    RequestEvents events(runtime, _counters);
    std::uint64_t tags = 0;
    const std::size_t before = allocations();
    for (int i = 0; i < 100; ++i)
    {
        tags += events.came(_client, "a\n", 2, false);
        events.sent(_client, 1, "a\n");
        events.ended(0, 1, Outcome());
    }
    const std::size_t used = allocations() - before;
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, used);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, tags);
}

#endif

} // namespace proximux
