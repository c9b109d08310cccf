#include "DemonstrationFixture.h"

#include <app/DemonstrationClient.h>
#include <app/EchoTarget.h>
#include <app/Narrator.h>

#include <Poco/Exception.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace proximux;

class DemonstrationTest : public DemonstrationFixture
{
};

TEST(DemonstrationTest, targetSendsLinesBackAfterItsDelay)
{
    EchoTarget target(std::chrono::milliseconds(30));
    target.start();
    DemonstrationClient client(Poco::Net::SocketAddress("127.0.0.1", target.port()));
    for (const std::string& line : {std::string("one"), std::string(), std::string(100000, 'x')})
    {
        const auto answer = client.ask(line);
        CPPUNIT_ASSERT_EQUAL(std::string(), answer.failure);
        CPPUNIT_ASSERT(line == answer.text);
        CPPUNIT_ASSERT(answer.taken >= std::chrono::milliseconds(30));
    }
}

TEST(DemonstrationTest, targetEndsWhileClientsAreConnected)
{
    auto target = std::make_unique<EchoTarget>(std::chrono::milliseconds(0));
    target->start();
    DemonstrationClient client(Poco::Net::SocketAddress("127.0.0.1", target->port()));
    CPPUNIT_ASSERT_EQUAL(std::string("x"), client.ask("x").text);
    target.reset();
    CPPUNIT_ASSERT(!client.ask("y").failure.empty());
}

TEST(DemonstrationTest, clientSaysThatItWasNotAnswered)
{
    Poco::Net::ServerSocket server(Poco::Net::SocketAddress("127.0.0.1", 0));
    DemonstrationClient client(server.address());
    std::thread leaving([&server] { server.acceptConnection().close(); });
    const auto answer = client.ask("x");
    leaving.join();
    CPPUNIT_ASSERT(!answer.failure.empty());
    CPPUNIT_ASSERT_EQUAL(std::string(), answer.text);
}

TEST(DemonstrationTest, narratorGivesLinesInOrderUntilItIsClosed)
{
    Narrator narrator;
    std::thread telling(
        [&narrator]
        {
            for (int i = 0; i < 100; ++i)
                narrator.say(std::to_string(i));
            narrator.close();
            narrator.say("too late");
        });
    std::vector<std::string> lines;
    for (std::string line; narrator.next(line);)
        lines.push_back(line);
    telling.join();
    CPPUNIT_ASSERT_EQUAL(std::size_t(100), lines.size());
    CPPUNIT_ASSERT_EQUAL(std::string("42"), lines[42]);
}

TEST(DemonstrationTest, narratorLeavesOutWhatIsTooMuch)
{
    Narrator narrator(2);
    for (const char* line : {"1", "2", "3"})
        narrator.say(line);
    narrator.close();
    std::string line;
    CPPUNIT_ASSERT(narrator.next(line) && line == "1");
    CPPUNIT_ASSERT(narrator.next(line) && line == "2");
    CPPUNIT_ASSERT(!narrator.next(line));
}

TEST(DemonstrationTest, tellsItsStoryAndSucceeds)
{
    std::string story;
    CPPUNIT_ASSERT(play(story, -1));
    for (int client = 1; client <= 3; ++client)
        expect(story, "client " + std::to_string(client) + ": 3 of 3 requests answered");
    for (const char* name : {"Ada", "Grace", "Linus"})
    {
        expect(story, "--> proximux               \"" + std::string(name) + " says good morning\"");
        expect(story, "<-- proximux <-- target    \"" + std::string(name) + " says good morning\"");
    }
    expect(story, "opened target connection 1");
    expect(story, "1 target connection carried 3 clients.");
    expect(story, "Every client got its own answers and no others.");
    expect(story, "try it: ");
    CPPUNIT_ASSERT_MESSAGE(story, story.find("FAILED") == std::string::npos);
}

TEST(DemonstrationTest, failsWhereAClientIsRefused)
{
    std::string story;
    CPPUNIT_ASSERT(!play(story, 1));
    expect(story, "The demonstration FAILED for ");
    CPPUNIT_ASSERT_MESSAGE(story, story.find("try it") == std::string::npos);
}
