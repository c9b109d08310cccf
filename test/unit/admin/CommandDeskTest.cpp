#include "support/ClientsTls.h"
#include "unit/admin/DeskFixture.h"

#include <proximux/Version.h>

#include <string>

namespace proximux::admin
{

class CommandDeskTest : public DeskFixture
{
};

TEST(CommandDeskTest, clientsAndConnectionsAreShown)
{
    expect("show clients --json", 0,
           R"([{"id":7,"address":"10.0.0.1:4711","since":0.000,"state":"pinned","requests":0,"inFlight":0,"queued":3,)"
           R"("waits":2.000,"bytesIn":0,"bytesOut":0,"connection":1,"pinned":"transaction, watch","pinnedFor":5.000}])"
           "\n");
    const std::string targets = run("show targets").body;
    CPPUNIT_ASSERT_EQUAL(std::string("target  address  state   connections  states    retryIn  lastErrorTime  "
                                     "lastError\n"
                                     "1       db:1     living  1            1 pinned  -        -              "
                                     "-\n\n"
                                     "connection  target  address  state   since  inFlight  client  pinned"
                                     "              pinnedFor\n"
                                     "1           1       db:1     pinned  1m00s  0         7       "
                                     "transaction, watch  5.0s\n"),
                         targets);
    expect("show queue", 0, "id  address        waits  queued  inFlight\n7   10.0.0.1:4711  2.0s   3       0\n");
}

TEST(CommandDeskTest, aClientIsShownWithTheNameOfItsCertificate)
{
    for (FakeWorker& worker : _proxy.workers)
        for (ClientView& client : worker.view.clients)
            client.info.tls = tlsOf("TLSv1.3", "", "web\n.test");
    expect("show queue", 0,
           "id  address                              waits  queued  inFlight\n"
           "7   10.0.0.1:4711 certificate=web..test  2.0s   3       0\n");
}

TEST(CommandDeskTest, otherThingsAreShown)
{
    expect("show errors --json", 0,
           R"([{"time":"1970-01-01T00:00:00Z","name":"Refused","text":"client x"}])"
           "\n");
    expect("show config", 0, "a = b\n");
    expect("ready", 0, "ok\n");
    expect("  show \t version ", 0, std::string("proximux ") + VERSION + "\n");
    CPPUNIT_ASSERT(run("help").body.find("\nkill client ID ") != std::string::npos);
    CPPUNIT_ASSERT(run("show status").body.find("\nqueue     3 requests, the oldest waits for 2.0s\n") !=
                   std::string::npos);
    const std::string status = run("show status --json").body;
    CPPUNIT_ASSERT_MESSAGE(status, status.find(R"("queue":{"requests":3,"oldestWait":2.000})") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(status, status.find(R"("connections":{"pinned":1})") != std::string::npos);
}

TEST(CommandDeskTest, clientsAreKilled)
{
    expect("kill client 7", 0, "clients closed: 1\n");
    expect("kill client 8", REFUSED, "there is no client 8\n");
    expect("kill client x", UNKNOWN_COMMAND, "x: not the id of a client\n");
    expect("kill address 10.0.0.0/8", 0, "clients closed: 1\n");
    expect("kill address 10.0.0.2", REFUSED, "there is no client of 10.0.0.2\n");
    CPPUNIT_ASSERT_EQUAL(UNKNOWN_COMMAND, run("kill address nobody").exitCode);
}

TEST(CommandDeskTest, targetsAreDrainedClosedAndReadyAgain)
{
    expect("target 1 drain", 0, "target 1: drained; nothing new is sent to it\n");
    expect("target db:1 close", 0, "target db:1: closed; its connections end\n");
    expect("target 1 ready", 0, "target 1: ready\n");
    using Duty = Targets::Duty;
    CPPUNIT_ASSERT((_proxy.duties == std::vector<Duty>{Duty::draining, Duty::closing, Duty::ready}));
    for (const FakeWorker& worker : _proxy.workers)
        CPPUNIT_ASSERT_EQUAL(3, worker.reviews);
}

TEST(CommandDeskTest, anUnknownTargetIsRefusedAndTheKnownOnesAreNamed)
{
    expect("target 2 drain", REFUSED, "there is no target 2; the targets are 1 (db:1)\n");
    CPPUNIT_ASSERT_EQUAL(0, _proxy.workers.front().reviews);
    expect("target drain", UNKNOWN_COMMAND, "target: expected NAME\n");
    expect("target 1 2 drain", UNKNOWN_COMMAND, "target: expected NAME\n");
    CPPUNIT_ASSERT_EQUAL(UNKNOWN_COMMAND, run("target 1").exitCode);
    CPPUNIT_ASSERT_EQUAL(UNKNOWN_COMMAND, run("target 1 stop").exitCode);
    CPPUNIT_ASSERT(_proxy.duties.empty());
}

TEST(CommandDeskTest, aPauseAnswersWhenNothingIsOpen)
{
    _proxy.workers[1].view.connections.clear();
    expect("pause", 0, "paused; no target connection is open\n");
    CPPUNIT_ASSERT(_proxy.counted.paused);
    CPPUNIT_ASSERT(run("show status").body.find("\nphase     serving, paused\n") != std::string::npos);
    CPPUNIT_ASSERT(run("show status --json").body.find("\"paused\":true") != std::string::npos);
    expect("resume", 0, "resumed\n");
    CPPUNIT_ASSERT(!_proxy.counted.paused);
    CPPUNIT_ASSERT_EQUAL(2, _proxy.workers.front().reviews);
    expect("resume", 0, "it was not paused\n");
}

TEST(CommandDeskTest, aPauseSaysWhatItWaitsFor)
{
    expect("pause", REFUSED,
           "pausing: target connections still open: 1; of them with a client of their own: 1; requests in flight: 0. "
           "The pause goes on until resume\n");
    CPPUNIT_ASSERT(_proxy.counted.paused);
}

TEST(CommandDeskTest, theProcessIsAsked)
{
    for (const char* line : {"drain", "stop", "reopen", "set log.level 3"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, 0, run(line).exitCode);
    CPPUNIT_ASSERT_EQUAL(std::string("drain stop reopen level3 "), _process.asked);
    expect("reload", REFUSED, "first mistake\nsecond mistake\n");
    expect("reload certificates", 0, "applied\nlocal.tls: what is in its files\n");
    expect("reload certificates now", UNKNOWN_COMMAND, "reload certificates takes no argument\n");
    for (const char* line : {"set log.level", "set log.level 4", "set log.level x", "set log.level 1 2", "drain now"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, UNKNOWN_COMMAND, run(line).exitCode);
}

TEST(CommandDeskTest, unknownCommandsAreRefusedAndTheNearestIsNamed)
{
    expect("show clints", UNKNOWN_COMMAND, "unknown command; the nearest known command is show clients\n");
    expect("", UNKNOWN_COMMAND, "unknown command; see help\n");
    expect("--code --json", UNKNOWN_COMMAND, "64\nunknown command; see help\n");
}

TEST(CommandDeskTest, theExitCodeMayBeTheFirstLine)
{
    expect("show config --code", 0, "0\na = b\n");
    expect("--code kill client 8", REFUSED, "78\nthere is no client 8\n");
}

TEST(CommandDeskTest, overTcpNothingIsChanged)
{
    for (const char* line : {"drain", "target 1 close", "pause", "resume"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, FORBIDDEN, run(line, false).exitCode);
    CPPUNIT_ASSERT_EQUAL(std::string(), _process.asked);
    CPPUNIT_ASSERT(!_proxy.counted.paused && _proxy.duties.empty());
    CPPUNIT_ASSERT(CommandDesk::isPosted("drain") && CommandDesk::isPosted("pause"));
    for (const char* name : {"", "show status", "kill client", "target", "help", "set log.level"})
        CPPUNIT_ASSERT_MESSAGE(name, !CommandDesk::isPosted(name));
}

TEST(CommandDeskTest, aSilentReactorIsNamedAndTheOthersAreShown)
{
    _proxy.silent = 0;
    _proxy.settings.admin.liveTimeout = Duration::milliseconds(20);
    const Reply live = page("/livez");
    CPPUNIT_ASSERT_EQUAL(503, live.status);
    CPPUNIT_ASSERT_EQUAL(std::string("thread 1 has not responded for 20ms (admin.live_timeout)\n"), live.body);
    const std::string status = run("show status").body;
    CPPUNIT_ASSERT_MESSAGE(status, status.find("warning   thread 1 does not respond\n") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(status, status.find("queue     3 requests") != std::string::npos);
}

TEST(CommandDeskTest, eachObstacleToReadinessIsALine)
{
    CPPUNIT_ASSERT_EQUAL(std::string("ok\n"), page("/readyz").body);
    _proxy.now = Phase::draining;
    _proxy.allTargets.front().mayBeTried = false;
    const Reply reply = page("/readyz");
    CPPUNIT_ASSERT_EQUAL(503, reply.status);
    CPPUNIT_ASSERT_EQUAL(std::string("draining: it is about to end\ntargets that can be used: 0 of 1; expected at "
                                     "least 1 (admin.ready_targets)\n"),
                         reply.body);
    CPPUNIT_ASSERT_EQUAL(404, page("/readyz/").status);
}

TEST(CommandDeskTest, ofServicesEachRowHasItsName)
{
    FakeProxy other;
    other.settings = _proxy.settings;
    _directory.all.clear();
    _directory.add("plc1", other);
    _directory.add("plc2", _proxy);
    for (const char* line : {"show clients --json", "show clients plc2 --json"})
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, run(line).body.find("\"service\":\"plc2\",\"id\":7,"));
    CPPUNIT_ASSERT_EQUAL(std::string("[]\n"), run("show clients plc1 --json").body);
    CPPUNIT_ASSERT_EQUAL(std::string("service  time                  name     text\n"
                                     "plc1     1970-01-01T00:00:00Z  Refused  client x\n"
                                     "plc2     1970-01-01T00:00:00Z  Refused  client x\n"),
                         run("show errors").body);
    expect("show clients plc3", 64, "plc3: there is no such service\n");
    expect("show clients plc1 plc2", 64, "show clients: expected [SERVICE]\n");
    expect("kill client 7", 64, "kill client: expected ID SERVICE; each service counts its own clients\n");
    expect("kill client 7 plc1", 78, "there is no client 7\n");
    expect("kill client 7 plc2", 0, "clients closed: 1\n");
    expect("kill address 10.0.0.0/8", 0, "clients closed: 1\n");
    expect("kill client", 64, "kill client: expected ID [SERVICE]\n");
}

TEST(CommandDeskTest, targetsAndPausesAreThoseOfAService)
{
    FakeProxy other;
    _directory.all.clear();
    _directory.add("plc1", other);
    _directory.add("plc2", _proxy);
    const std::string wanted = "target: expected a service as the last word; each has targets of its own\n";
    expect("target 1 drain", 64, wanted);
    expect("target drain", 64, "target: expected NAME [SERVICE]\n");
    expect("target 1 drain plc2", 0, "target 1: drained; nothing new is sent to it\n");
    expect("target 1 drain drain", 64, "drain: there is no such service\n");
    CPPUNIT_ASSERT(other.duties.empty() && _proxy.duties.size() == 1);
    expect("resume plc1", 0, "it was not paused\n");
    for (FakeWorker& worker : _proxy.workers)
        worker.view.connections.clear();
    expect("pause plc2", 0, "paused; no target connection is open\n");
    CPPUNIT_ASSERT(!other.counted.paused && _proxy.counted.paused);
    const std::string text = run("show status").body;
    CPPUNIT_ASSERT_MESSAGE(text, text.find("plc2     serving, paused") != std::string::npos);
    expect("resume", 0, "resumed\n");
    CPPUNIT_ASSERT(!_proxy.counted.paused);
}

TEST(CommandDeskTest, theStatusOfServicesIsTheirSum)
{
    FakeProxy other;
    other.settings = _proxy.settings;
    other.settings.exchange.mode = Mode::fifo;
    other.counted.current = 3;
    other.silent = 1;
    _proxy.counted.current = 2;
    _directory.all.clear();
    _directory.add("plc1", other);
    _directory.add("plc2", _proxy);
    const std::string text = run("show status").body;
    for (const char* part : {"mode      several, protocol auto\n", "clients   5, 0 accepted", "queue     3 requests",
                             "warning   plc1 thread 2 does not respond\n", "\nplc1     1       db:1     living"})
        CPPUNIT_ASSERT_MESSAGE(part + text, text.find(part) != std::string::npos);
    const std::string json = run("show status --json").body;
    for (const char* part : {R"("listen":"2 services")", R"("services":[{"service":"plc1","phase":"serving",)",
                             R"("targets":[{"service":"plc1","target":1,)"})
        CPPUNIT_ASSERT_MESSAGE(part + json, json.find(part) != std::string::npos);
}

TEST(CommandDeskTest, aServiceThatLeavesIsNoObstacle)
{
    FakeProxy leaving;
    leaving.now = Phase::draining;
    _directory.all.clear();
    _directory.add("plc1", _proxy);
    _directory.add("plc2", leaving);
    CPPUNIT_ASSERT_EQUAL(std::string("plc2: draining: it is about to end\n"), page("/readyz").body);
    _directory.all.back().isLeaving = true;
    CPPUNIT_ASSERT_EQUAL(200, page("/readyz").status);
    const std::string json = run("show status --json").body;
    CPPUNIT_ASSERT_MESSAGE(json, json.find(R"("phase":"serving","draining":false)") != std::string::npos);
    _directory.all.back().name = "plc1"; // its name is in force again
    const std::string metrics = page("/metrics").body;
    const std::string series = "\nproximux_draining{service=\"plc1\"} ";
    CPPUNIT_ASSERT_EQUAL(metrics.find(series), metrics.rfind(series));
}

} // namespace proximux::admin
