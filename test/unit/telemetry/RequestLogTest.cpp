#include "support/ClientsTls.h"
#include "support/LogRecorder.h"

#include <proximux/telemetry/RequestLog.h>

#include <string>

namespace proximux
{

/// Which requests have a record.
class RequestLogTest : public LogRecorder
{
protected:
    using Requests = LogSettings::Requests;

    static Configuration configuration(Requests requests, Duration slow)
    {
        Configuration made;
        made.exchange.protocol = "line";
        made.log.requests = requests;
        made.log.slow = slow;
        return made;
    }

    /// A request waits for so many milliseconds, and is answered after so many more.
    void request(std::int64_t waits, std::int64_t takes, bool failed = false)
    {
        RequestArgs args{_client, 1, "a\n", 2, "a", {}};
        _requests.onRequest(args);
        const auto takesFor = Duration::milliseconds(takes);
        for (const auto& listener : args.listeners)
            listener({_client, 1, "a", 2, 3, takesFor, takesFor, failed, Duration::milliseconds(waits), "why"});
    }

    const Log _log{true};
    ClientInfo _client{"127.0.0.1", 80, 7};
    RequestLog _requests{_log, true};
};

TEST(RequestLogTest, aRecordHasTheNumberOfItsClient)
{
    CPPUNIT_ASSERT(_requests.use(configuration(Requests::on, Duration::off())));
    request(1, 2);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logged().size());
    CPPUNIT_ASSERT_EQUAL(
        std::string(R"({"client":"127.0.x.x:80","id":7,"target":1,"request":"a","bytesIn":2,"bytesOut":3,)"
                    R"("queueMs":1.000,"firstByteMs":2.000,"ms":2.000})"),
        logged()[0].getText());
}

TEST(RequestLogTest, aRecordHasTheNameOfACertificate)
{
    CPPUNIT_ASSERT(_requests.use(configuration(Requests::on, Duration::off())));
    for (const char* name : {"web.test", ""})
    {
        _client.tls = tlsOf("TLSv1.3", "asked.test", name);
        request(1, 2);
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, logged().size());
    const std::string begin = R"({"client":"127.0.x.x:80","id":7,"tls":"TLSv1.3",)";
    CPPUNIT_ASSERT_EQUAL(begin + R"("certificate":"web.test","target":1)",
                         logged()[0].getText().substr(0, begin.size() + 35));
    CPPUNIT_ASSERT_EQUAL(begin + R"("target":1)", logged()[1].getText().substr(0, begin.size() + 10));
}

TEST(RequestLogTest, aSlowRequestHasARecordWhateverElseHasNone)
{
    CPPUNIT_ASSERT(_requests.use(configuration(Requests::off, Duration::milliseconds(100))));
    request(49, 50);
    CPPUNIT_ASSERT(logged().empty());
    request(50, 50); // the time in the queue counts
    request(0, 100, true);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, logged().size());
    for (const auto& message : logged())
        CPPUNIT_ASSERT(message.getText().find(R"("slow":true)") != std::string::npos);
}

TEST(RequestLogTest, slowRequestsAreMarkedAmongAll)
{
    CPPUNIT_ASSERT(_requests.use(configuration(Requests::on, Duration::milliseconds(100))));
    request(0, 99);
    request(0, 100);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, logged().size());
    CPPUNIT_ASSERT(logged()[0].getText().find("slow") == std::string::npos);
    CPPUNIT_ASSERT(logged()[1].getText().find(R"("slow":true)") != std::string::npos);
}

TEST(RequestLogTest, withoutEitherThereIsNothingToListenFor)
{
    CPPUNIT_ASSERT(!_requests.use(configuration(Requests::off, Duration::off())));
    CPPUNIT_ASSERT(!_requests.use(configuration(Requests::automatic, Duration::off()))); // shared
    RequestLog watching(_log, false);
    CPPUNIT_ASSERT(watching.use(configuration(Requests::automatic, Duration::off())));
}

} // namespace proximux
