#include "unit/admin/AdminFixture.h"

#include <proximux/Version.h>

#include <future>

namespace proximux
{

class AdminServerTest : public AdminFixture
{
protected:
    /// A listener of `connected` that stands still, and its reactor with it, until it is released.
    struct Blockage
    {
        void onConnected(ConnectedArgs&)
        {
            entered.set_value();
            released.get_future().wait();
        }

        std::promise<void> entered;
        std::promise<void> released;
    };
};

TEST(AdminServerTest, pagesAreAnswered)
{
    Proxy proxy(withAdmin());
    const Alone services(proxy);
    AdminServer admin(services, _process);
    admin.start();
    proxy.start();
    for (const char* path : {"/livez", "/healthz", "/readyz"})
        CPPUNIT_ASSERT_EQUAL(std::string("ok\n"), bodyOf(ask(admin, request(path))));
    CPPUNIT_ASSERT_EQUAL(std::string("proximux ") + VERSION + "\n", bodyOf(ask(admin, request("/version"))));
    CPPUNIT_ASSERT_EQUAL(std::string("local.port = 1\n"), bodyOf(ask(admin, request("/config"))));
    CPPUNIT_ASSERT(ask(admin, request("/status.json")).find("\"phase\":\"serving\"") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string("<!DOCTYPE html>"), bodyOf(ask(admin, request("/"))).substr(0, 15));
    expectStatus(404, ask(admin, request("/nothing")));
    expectStatus(405, ask(admin, request("/livez", "PUT")));
    expectStatus(400, ask(admin, "show clients\r\n\r\n")); // commands are for UNIX sockets
}

TEST(AdminServerTest, anAnswerIsForNobodyElse)
{
    Proxy proxy(withAdmin());
    const Alone services(proxy);
    AdminServer admin(services, _process);
    admin.start();
    proxy.start();
    const std::string got = ask(admin, request("/version"));
    for (const char* field : {"\r\nConnection: close\r\n", "\r\nCache-Control: no-store\r\n",
                              "\r\nX-Content-Type-Options: nosniff\r\n", "\r\nDate: "})
        CPPUNIT_ASSERT_MESSAGE(got, got.find(field) != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(got, got.find("Access-Control") == std::string::npos);
    const std::string head = ask(admin, request("/version", "HEAD"));
    expectStatus(200, head);
    CPPUNIT_ASSERT_EQUAL(std::string(), bodyOf(head));
    CPPUNIT_ASSERT(head.find("Content-Length: 1") != std::string::npos);
}

TEST(AdminServerTest, isReadyFromTheStartToTheDrain)
{
    Proxy proxy(withAdmin());
    const Alone services(proxy);
    AdminServer admin(services, _process);
    admin.start();
    const std::string early = ask(admin, request("/readyz"));
    expectStatus(503, early);
    CPPUNIT_ASSERT_EQUAL(std::string("starting: it does not listen yet\n"), bodyOf(early));
    expectStatus(200, ask(admin, request("/livez")));
    proxy.start();
    expectStatus(200, ask(admin, request("/readyz")));
    const auto c = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(*c, "x"));
    proxy.drain();
    CPPUNIT_ASSERT_EQUAL(std::string("draining: it is about to end\n"), bodyOf(ask(admin, request("/readyz"))));
    expectStatus(200, ask(admin, request("/livez")));
    proxy.stop();
    proxy.wait();
    CPPUNIT_ASSERT_EQUAL(std::string("it has ended\n"), bodyOf(ask(admin, request("/readyz"))));
    expectStatus(200, ask(admin, request("/livez")));
}

TEST(AdminServerTest, aReactorThatStandsStillIsNotAliveAndDelaysNobody)
{
    auto c = withAdmin();
    c->io.threads = 2;
    c->admin.liveTimeout = Duration::seconds(1);
    Blockage blockage;
    Proxy proxy(c);
    proxy.events().connected += Poco::delegate(&blockage, &Blockage::onConnected);
    const Alone services(proxy);
    AdminServer admin(services, _process);
    admin.start();
    proxy.start();
    expectStatus(200, ask(admin, request("/livez")));
    const auto victim = client(proxy); // the first client is for the second thread
    blockage.entered.get_future().wait();
    const std::string red = ask(admin, request("/livez"));
    expectStatus(503, red);
    CPPUNIT_ASSERT_EQUAL(std::string("thread 2 has not responded for 1.0s (admin.live_timeout)\n"), bodyOf(red));
    expectStatus(200, ask(admin, request("/readyz")));
    CPPUNIT_ASSERT(ask(admin, request("/status.json")).find("\"silentThreads\":1") != std::string::npos);
    blockage.released.set_value();
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(*victim, "x"));
    expectStatus(200, ask(admin, request("/livez")));
}

TEST(AdminServerTest, theOldestIdleConnectionMakesRoom)
{
    Proxy proxy(withAdmin());
    const Alone services(proxy);
    AdminServer admin(services, _process);
    admin.start();
    proxy.start();
    std::vector<std::unique_ptr<Poco::Net::StreamSocket>> silent;
    for (std::size_t i = 0; i < AdminSettings::MAX_CONNECTIONS; ++i)
        silent.push_back(connected(admin));
    expectStatus(200, ask(admin, request("/livez")));
    CPPUNIT_ASSERT(isClosed(*silent.front()));
    const std::string text = request("/version");
    silent.back()->sendBytes(text.data(), static_cast<int>(text.size()));
    expectStatus(200, answer(*silent.back()));
}

TEST(AdminServerTest, commandsOverTcpNeedTheSettingAndTheToken)
{
    const std::string type = "Content-Type: application/json\r\n";
    Proxy closed(withAdmin());
    const Alone alone(closed);
    AdminServer reading(alone, _process);
    reading.start();
    expectStatus(403, ask(reading, request("/drain", "POST", type)));
    auto c = withAdmin();
    c->admin.commands = AdminSettings::Commands::all;
    c->admin.token = "secret";
    Proxy proxy(c);
    const Alone services(proxy);
    AdminServer admin(services, _process);
    admin.start();
    proxy.start();
    expectStatus(401, ask(admin, request("/drain", "POST", type)));
    expectStatus(415, ask(admin, request("/drain", "POST", "Authorization: Bearer secret\r\n")));
    CPPUNIT_ASSERT_EQUAL(0, _process.drains.load());
    const std::string all = type + "Authorization: Bearer secret\r\n";
    expectStatus(200, ask(admin, request("/drain", "POST", all)));
    expectStatus(200, ask(admin, request("/stop", "POST", all)));
    expectStatus(200, ask(admin, request("/reopen", "POST", all)));
    const std::string refused = ask(admin, request("/reload", "POST", all));
    expectStatus(409, refused);
    CPPUNIT_ASSERT_EQUAL(std::string("a line\n"), bodyOf(refused));
    CPPUNIT_ASSERT_EQUAL(std::string("applied\na line\n"), bodyOf(ask(admin, request("/reload", "POST", all))));
    expectStatus(404, ask(admin, request("/help", "POST", all)));
    expectStatus(404, ask(admin, request("/reload", "GET", all)));
    for (const std::atomic<int>* each : {&_process.drains, &_process.stops, &_process.reopens})
        CPPUNIT_ASSERT_EQUAL(1, each->load());
}

} // namespace proximux
