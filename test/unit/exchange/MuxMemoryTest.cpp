#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

#include <algorithm>
#include <random>

namespace proximux
{

/// What is kept of all clients stays within its limits, and small requests are served all the same.
class MuxMemoryTest : public SharingFixture
{
protected:
    static constexpr std::size_t TOTAL = 100000;
    static constexpr std::size_t RESERVE = 100;

    void begins(const std::string& protocol, std::size_t requestBuffer = 5000)
    {
        Options options;
        options.protocol = protocol;
        options.exchange.totalBuffer = TOTAL;
        options.exchange.reserve = RESERVE;
        options.exchange.requestBuffer = requestBuffer;
        options.exchange.responseBuffer = 2000;
        begin(options);
    }

    /// Sends as much of it as is read.
    std::size_t sends(ClientId client, const std::string& bytes)
    {
        std::size_t at = 0;
        while (at < bytes.size() && world.has(client) && !world.client(client).held)
        {
            const std::size_t n = std::min(bytes.size() - at, world.client(client).limit);
            says(client, bytes.substr(at, n));
            at += n;
        }
        return at;
    }

    std::vector<ClientId> halves(std::size_t clients, std::size_t bytes)
    {
        std::vector<ClientId> made;
        for (std::size_t i = 0; i < clients; ++i)
        {
            made.push_back(join());
            sends(made.back(), std::string(bytes, 'h'));
        }
        return made;
    }

    std::size_t alive(const std::vector<ClientId>& clients) const
    {
        return static_cast<std::size_t>(
            std::count_if(clients.begin(), clients.end(), [this](ClientId id) { return world.has(id); }));
    }

    static std::string unsubscribe(std::size_t names)
    {
        std::string text = "UNSUBSCRIBE";
        for (std::size_t i = 0; i < names; ++i)
            text += " a";
        return text + "\r\n";
    }

    static std::size_t countOf(const std::string& text, const std::string& word)
    {
        std::size_t n = 0;
        for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
            ++n;
        return n;
    }
};

TEST(MuxMemoryTest, theLargestIncompleteRequestsAreClosedFirst)
{
    begins("line");
    const std::vector<ClientId> small = halves(20, 1000);
    const std::vector<ClientId> large = halves(20, 4000);
    CPPUNIT_ASSERT_EQUAL(std::size_t{20}, alive(small));
    CPPUNIT_ASSERT(alive(large) < 20);
    for (const auto& closed : world.closedClients)
        CPPUNIT_ASSERT(closed.second.reason == CloseReason::crowded);
    CPPUNIT_ASSERT(exchange->usage().shared <= TOTAL);
    const ClientId other = join();
    CPPUNIT_ASSERT_EQUAL(std::size_t{3001}, sends(other, std::string(3000, 'x') + "\n"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3001}, got(opens()).size());
}

TEST(MuxMemoryTest, aSmallRequestIsServedWhenTheMemoryIsFull)
{
    begins("line");
    const ClientId first = join();
    sends(first, "first\n");
    const TargetId t = opens();
    std::vector<ClientId> clients;
    for (int i = 0; i < 40; ++i) // whole requests that wait
    {
        clients.push_back(join());
        sends(clients.back(), std::string(2500, 'x') + "\n");
    }
    const ClientId late = join();
    CPPUNIT_ASSERT(world.client(late).limit <= RESERVE); // it is full
    CPPUNIT_ASSERT_EQUAL(std::size_t{5}, sends(late, "PING\n"));
    CPPUNIT_ASSERT(sends(join(), std::string(2500, 'x')) <= RESERVE);
    got(t);
    std::string asked;
    for (int i = 0; i < 42 && asked.find("PING\n") == std::string::npos; ++i)
    {
        answers(t, "y\n");
        asked += got(t);
    }
    CPPUNIT_ASSERT(asked.find("PING\n") != std::string::npos);
    CPPUNIT_ASSERT(world.closedClients.empty());
}

TEST(MuxMemoryTest, requestsThatAreWholeAreNotClosed)
{
    begins("line");
    std::vector<ClientId> clients;
    for (int i = 0; i < 60; ++i)
    {
        clients.push_back(join());
        sends(clients.back(), std::string(2500, 'x') + "\n");
    }
    CPPUNIT_ASSERT(exchange->usage().shared <= TOTAL);
    CPPUNIT_ASSERT(world.closedClients.empty());
    const TargetId t = opens();
    for (std::size_t i = 0; i < clients.size(); ++i)
    {
        answers(t, "y\n");
        for (const ClientId id : clients) // those that were not read go on
            if (!world.client(id).held && got(id).empty() && exchange->usage().queued == 0)
                sends(id, "x\n");
    }
    CPPUNIT_ASSERT(world.closedClients.empty());
}

TEST(MuxMemoryTest, aLargeRequestInLineIsIncompleteToo)
{
    begins("line");
    sends(join(), "first\n");
    opens();
    const std::vector<ClientId> large = halves(25, 5000);
    CPPUNIT_ASSERT(alive(large) < 25);
    CPPUNIT_ASSERT(exchange->usage().shared <= TOTAL);
}

/// At every moment, whatever the clients say.
TEST(MuxMemoryTest, theSumOfAllStaysWithinTheLimit)
{
    for (const char* protocol : {"line", "resp", "http"})
    {
        begins(protocol);
        std::mt19937 random(7);
        std::vector<ClientId> clients(200);
        for (ClientId& id : clients)
            id = join();
        const std::string pieces[] = {"UNSUBSCRIBE a a a a a a a a a a a a\r\n",
                                      "GET x\n",
                                      std::string(3000, 'x'),
                                      "\r\n",
                                      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n",
                                      "PING\r\n"};
        std::size_t most = 0;
        for (int i = 0; i < 20000; ++i)
        {
            ClientId& id = clients[random() % clients.size()];
            if (!world.has(id))
                id = join();
            sends(id, pieces[random() % 6]);
            CPPUNIT_ASSERT(exchange->usage().shared <= TOTAL + std::size_t{12} * 40);
            CPPUNIT_ASSERT(exchange->usage().kept <= TOTAL + std::size_t{12} * 40 + clients.size() * RESERVE);
            most = std::max(most, exchange->usage().shared);
        }
        CPPUNIT_ASSERT(most > TOTAL / 2); // it was tried
    }
}

TEST(MuxMemoryTest, answersOfOursThatWaitCountForTheirClient)
{
    begins("resp");
    const ClientId a = join();
    sends(a, "GET x\r\n");
    const TargetId t = opens();
    std::size_t sent = 0;
    for (int i = 0; i < 1000; ++i)
        sent += sends(a, unsubscribe(20));
    CPPUNIT_ASSERT(world.client(a).held);
    CPPUNIT_ASSERT(exchange->usage().kept <= 2000 + 20 * 40 + 5000); // answers, and what was not looked at
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(sent / unsubscribe(20).size() * 20, countOf(got(a), "unsubscribe"));
}

TEST(MuxMemoryTest, answersOfOursThatWaitCountForAll)
{
    begins("resp");
    std::vector<ClientId> clients;
    for (int i = 0; i < 200; ++i)
    {
        clients.push_back(join());
        sends(clients.back(), "GET x\r\n" + unsubscribe(20) + unsubscribe(20) + unsubscribe(20) + unsubscribe(20));
    }
    CPPUNIT_ASSERT(exchange->usage().shared > TOTAL / 2);
    CPPUNIT_ASSERT(exchange->usage().shared <= TOTAL + std::size_t{20} * 40);
}

TEST(MuxMemoryTest, answersOfOursCountUntilTheyAreSaidOrDropped)
{
    begins("resp");
    const ClientId a = join();
    const ClientId b = join();
    sends(a, "GET x\r\n" + unsubscribe(10));
    sends(b, "GET x\r\n" + unsubscribe(10));
    CPPUNIT_ASSERT(exchange->usage().kept > 600);
    exchange->clientLost(b, now);
    const TargetId t = opens();
    answers(t, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().kept);
}

} // namespace proximux
