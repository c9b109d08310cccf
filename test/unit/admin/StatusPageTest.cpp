#include "unit/admin/DeskFixture.h"

#include <SourceDir.h>

#include <proximux/Version.h>
#include <proximux/admin/Numbers.h>
#include <proximux/admin/PageFiles.h>
#include <proximux/admin/StatusPage.h>
#include <proximux/admin/Views.h>

#include <fstream>
#include <iterator>
#include <string>

namespace proximux::admin
{

class StatusPageTest : public DeskFixture
{
protected:
    static void has(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE(part + " is not in " + text, text.find(part) != std::string::npos);
    }

    static void hasNot(const std::string& text, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE(part + " is in " + text, text.find(part) == std::string::npos);
    }

    static std::string fieldOf(const Reply& reply, const std::string& name)
    {
        const std::size_t begin = reply.fields.find(name + ": ") + name.size() + 2;
        return reply.fields.substr(begin, reply.fields.find("\r\n", begin) - begin);
    }

    static std::string read(const std::string& file)
    {
        std::ifstream stream(std::string(PROXIMUX_SOURCE_DIR) + "/src/proximux/admin/page/" + file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    }
};

TEST(StatusPageTest, thePageHasThePresentNumbersWithoutItsScript)
{
    _proxy.settings.local.maxConnections = 1000;
    _proxy.counted.current = 41;
    _proxy.counted.accepted = 57;
    _proxy.counted.requests = {7000, 3, 2, 1};
    _proxy.counted.failed = 4;
    _proxy.counted.requestDuration.buckets[4] = 100; // 500 us to 1 ms
    const Reply reply = page("/");
    CPPUNIT_ASSERT_EQUAL(std::string("text/html; charset=utf-8"), reply.type);
    for (const char* part :
         {"<b id=\"clients\">41</b> <span id=\"maxClients\">of 1000</span>", ">57 accepted since the start<",
          ">7006 since the start<", "<b id=\"median\">750 us</b>", "<b id=\"p99\">995 us</b>", "<b id=\"queue\">3</b>",
          ">the oldest waits for 2.0s<", "<b id=\"errors\">7</b>", "<dd id=\"mode\">funnel</dd>", VERSION})
        has(reply.body, part);
    hasNot(reply.body, "@");
}

TEST(StatusPageTest, aPinnedConnectionHasItsClientAndTheReason)
{
    has(page("/").body, "<tr><th scope=\"row\" data-label=\"Connection\">1</th><td data-label=\"Target\">1: "
                        "db:1</td><td data-label=\"State\" "
                        "class=\"pinned\">pinned</td><td data-label=\"In flight\">0</td><td data-label=\"Client\">7 at "
                        "10.0.0.1:4711</td><td data-label=\"Pinned by\">transaction, watch</td><td "
                        "data-label=\"Pinned for\">5.0s</td></tr>");
}

TEST(StatusPageTest, statesOfTargetsAreToldWithoutColour)
{
    _proxy.allTargets = {{"a:1", "living", true, 1, std::nullopt, std::nullopt},
                         {"b:1", "dead", false, 0, RecentError{0, "", "refused"}, Duration::milliseconds(3200)},
                         {"c:1", "trial", true, 1, std::nullopt, std::nullopt},
                         {"d:1", "drained", false, 1, std::nullopt, std::nullopt}};
    const std::string body = page("/").body;
    has(body, "class=\"living\">\xE2\x97\x8F living</td>");
    has(body, "class=\"dead\">\xE2\x9C\x96 dead</td><td data-label=\"Connections\">none</td><td data-label=\"Back-off "
              "ends in\">3.2s</td><td data-label=\"Last error\">1970-01-01T00:00:00Z refused</td>");
    has(body, "class=\"trial\">\xE2\x97\x90 trial</td>");
    has(body, "class=\"drained\">\xE2\x97\x8B drained</td>");
}

TEST(StatusPageTest, whatOthersHaveNamedIsText)
{
    _proxy.allTargets.front().address = "<script>alert(1)</script>";
    _proxy.allTargets.front().lastError = RecentError{0, "", "a\"b'c&d@version@\n"};
    _proxy.settings.exchange.protocol = "@targets@<b>";
    const std::string body = page("/").body;
    has(body, "1: &#60;script&#62;alert(1)&#60;/script&#62;</th>");
    has(body, "a&#34;b&#39;c&#38;d@version@.</td>");
    has(body, ">@targets@&#60;b&#62;</dd>");
    hasNot(body, "<script>");
}

TEST(StatusPageTest, thePhaseIsABannerUnlessItServes)
{
    has(page("/").body, "<p id=\"phase\" class=\"banner\" role=\"status\"></p>");
    has(page("/").body, "<p id=\"paused\" class=\"banner\" role=\"status\"></p>");
    _proxy.now = Phase::draining;
    _proxy.counted.paused = true;
    _proxy.silent = 0;
    const std::string body = page("/").body;
    has(body, "\xE2\x9A\xA0 draining: no new clients are accepted");
    has(body, "\xE2\x9A\xA0 paused: requests wait until resume<");
    has(body, "\xE2\x9A\xA0 threads that do not respond: 1<");
}

TEST(StatusPageTest, browsersAskNobodyElse)
{
    for (const char* path : {"/", "/page.css", "/page.js"})
        CPPUNIT_ASSERT_EQUAL(std::string("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
                                         "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
                             fieldOf(page(path), "Content-Security-Policy"));
    CPPUNIT_ASSERT_EQUAL(std::string("text/css; charset=utf-8"), page("/page.css").type);
    CPPUNIT_ASSERT_EQUAL(std::string("text/javascript; charset=utf-8"), page("/page.js").type);
}

TEST(StatusPageTest, itsFilesAreThoseOfTheSourcesAndSmall)
{
    CPPUNIT_ASSERT_EQUAL(read("index.html"), std::string(page::TEMPLATE));
    CPPUNIT_ASSERT_EQUAL(read("page.css"), page("/page.css").body);
    CPPUNIT_ASSERT_EQUAL(read("page.js"), page("/page.js").body);
    CPPUNIT_ASSERT(page::TEMPLATE.size() + page::STYLE.size() + page::SCRIPT.size() <= 25 * 1024);
    for (const std::string_view each : {page::TEMPLATE, page::STYLE, page::SCRIPT})
        for (const char* part :
             {"://", "innerHTML", "outerHTML", "insertAdjacent", "document.write", " style=", " onclick"})
            hasNot(std::string(each), part);
}

TEST(StatusPageTest, aStatusInWhichNothingHasHappenedIsNotSentAgain)
{
    const Reply first = page("/status.json");
    const std::string tag = fieldOf(first, "ETag");
    CPPUNIT_ASSERT_EQUAL(200, first.status);
    CPPUNIT_ASSERT_EQUAL(std::string("W/\""), tag.substr(0, 3));
    WorkerView& worker = _proxy.workers[1].view;
    worker.waits = Duration::seconds(9); // time passes
    worker.connections.front().age = worker.connections.front().pinned = Duration::seconds(70);
    for (const std::string& known : {tag, "\"x\", " + tag, tag.substr(2)})
    {
        const Reply again = page("/status.json", "", known);
        CPPUNIT_ASSERT_EQUAL(304, again.status);
        CPPUNIT_ASSERT_EQUAL(std::string(), again.body);
        CPPUNIT_ASSERT_EQUAL(tag, fieldOf(again, "ETag"));
        hasNot(again.toHttp(false), "\r\nContent-");
    }
    CPPUNIT_ASSERT_EQUAL(200, page("/status.json", "", "W/\"other\"").status);
    worker.connections.front().pins = pins::WATCH;
    const Reply changed = page("/status.json", "", tag);
    CPPUNIT_ASSERT_EQUAL(200, changed.status);
    has(changed.body, "\"pinned\":\"watch\"");
}

TEST(StatusPageTest, theStatusHasWhatThePageShows)
{
    _proxy.counted.requestDuration.buckets[18] = 2;
    _proxy.allTargets.front().retryIn = Duration::milliseconds(1500);
    const std::string body = page("/status.json").body;
    has(body, "\"bounds\":[50,100,250,");
    has(body, "\"requestDuration\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2]");
    has(body, R"("states":{"pinned":1},"retryIn":1.500,)");
    has(body, R"("lanes":[{"connection":1,"target":1,"address":"db:1","state":"pinned","inFlight":0,"client":7,)"
              R"("clientAddress":"10.0.0.1:4711","pinned":"transaction, watch","pinnedFor":5.000,"since":60.000}])");
    has(body, R"("errors":[{"time":"1970-01-01T00:00:00Z","name":"Refused","text":"client x"}])");
}

TEST(StatusPageTest, ofManyConnectionsThePinnedOnesAreShown)
{
    auto& connections = _proxy.workers[0].view.connections;
    for (std::size_t i = 0; i < 200; ++i)
        connections.push_back({i + 2, 1, "db:1", "idle", Duration{}, 0, 0, Duration{}, 0});
    connections.back().pins = pins::WATCH;
    connections.back().pinned = Duration::seconds(6);
    const auto views = std::vector<WorkerView>{_proxy.workers[0].view, _proxy.workers[1].view};
    const std::vector<LaneView> lanes = lanesOf(views, StatusView::MOST_LANES);
    CPPUNIT_ASSERT_EQUAL(StatusView::MOST_LANES, lanes.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{201}, lanes[0].connection.number);
    CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1:4711"), lanes[1].clientAddress);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, lanes[2].connection.number);
}

TEST(StatusPageTest, theTableForSpreadsheetsHasTheProxyAndEachTarget)
{
    _proxy.counted.current = 5;
    _proxy.allTargets.front().lastError = RecentError{0, "", "refused, \"at once\""};
    TargetStatistics target;
    target.idle = 3;
    target.down = Duration::seconds(2);
    _proxy.counted.targets.push_back(target);
    const Reply reply = page("/", "csv");
    CPPUNIT_ASSERT_EQUAL(std::string("text/csv; charset=utf-8; header=present"), reply.type);
    const std::string listen = _proxy.settings.local.endpoint.toString();
    CPPUNIT_ASSERT_EQUAL(
        "# kind,name,state,clients,maxClients,requests,errors,queued,oldestWait,bytesIn,bytesOut,opening,idle,busy,"
        "pinned,limit,retryIn,down,lastErrorTime,lastError\r\n"
        "proxy," +
            listen + ",serving,5," + std::to_string(_proxy.settings.local.maxConnections) +
            ",0,0,3,2.000,0,0,,,,,,,,,\r\n"
            "target,db:1,living,,,,,,,,,0,3,0,0,0,,2.000,1970-01-01T00:00:00Z,\"refused, \"\"at once\"\"\"\r\n",
        reply.body);
}

TEST(StatusPageTest, numbersAreShort)
{
    const std::pair<std::int64_t, const char*> durations[] = {
        {0, "0 us"}, {999, "999 us"}, {1250, "1.3 ms"}, {15400, "15 ms"}, {999900, "1000 ms"}, {2500000, "2.5 s"}};
    for (const auto& [us, text] : durations)
        CPPUNIT_ASSERT_EQUAL(std::string(text), latencyText(Duration{us}));
    CPPUNIT_ASSERT_EQUAL(std::string("-"), latencyText(std::nullopt));
    const std::pair<double, const char*> sizes[] = {
        {0, "0 B"}, {1023, "1023 B"}, {1536, "1.5 KB"}, {20971520, "20 MB"}, {5e15, "4547 TB"}};
    for (const auto& [bytes, text] : sizes)
        CPPUNIT_ASSERT_EQUAL(std::string(text), sizeText(bytes));
}

} // namespace proximux::admin
