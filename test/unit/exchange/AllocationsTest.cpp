#include "unit/exchange/Allocations.h"
#include "simulation/World.h"
#include "support/Test.h"

#include <proximux/exchange/mux/FramedExchange.h>
#include <proximux/protocol/Registry.h>

#include <array>

namespace proximux
{

/// A request costs no allocation once the memory for as many as are in flight is there.
class AllocationsTest : public CppUnit::TestCase
{
protected:
    static constexpr std::size_t CLIENTS = 20;
    static constexpr std::size_t TARGETS = 4;

    /// Takes all at once, and keeps of each target what it was sent, without an allocation.
    struct StillWorld : World
    {
        struct Sent
        {
            std::array<char, 65536> bytes{};
            std::size_t size = 0;
            std::size_t requests = 0;
        };

        std::size_t toClient(ClientId, Bytes bytes) override
        {
            received += bytes.size();
            return 0;
        }

        std::size_t toTarget(TargetId id, Bytes bytes) override
        {
            Sent& target = sent.at(id.slot);
            bytes.copy(target.bytes.data() + target.size, bytes.size());
            target.size += bytes.size();
            return 0;
        }

        void requestSent(ClientId, std::uint64_t, TargetId id, Bytes) override { ++sent.at(id.slot).requests; }

        std::array<Sent, TARGETS> sent;
        std::size_t received = 0;
    };

    struct Talk
    {
        const char* protocol;
        std::string request;
        std::string response; ///< by id: made from the request, see answer()
        std::size_t pipeline;
    };

    static std::vector<Talk> inOrder()
    {
        return {{"line", "question\n", "answer\n", 8},
                {"line", "question\n", "answer\n", 1},
                {"resp", "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", "$5\r\nvalue\r\n", 64},
                {"resp", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n", "+OK\r\n", 64},
                {"resp", "GET k\r\n", "$5\r\nvalue\r\n", 64},
                {"memcached", "get k\r\n", "VALUE k 0 1\r\nx\r\nEND\r\n", 64},
                {"http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 1},
                {"http", "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, x-a\r\nX-A: 1\r\n\r\n",
                 "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nhi",
                 1},
                {"http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                 "HTTP/1.1 200 OK\r\nX : y\r\nContent-Length : 2, 2\r\n\r\nhi", 1}};
    }

    static std::vector<Talk> byId()
    {
        const std::string question = std::string("\1\0\0\1\0\0\0\0\0\0", 10) + std::string("\1a\0\0\1\0\1", 7);
        return {{"modbus", std::string("\0\1\0\0\0\6\1\3\0\0\0\1", 12), "", 16},
                {"dns", std::string("\0\x13\0\7", 4) + question, "", 64}};
    }

    /// The answer to the request that the target got, in its place.
    static Bytes answer(const Talk& talk, char* request, std::size_t size)
    {
        if (std::string_view(talk.protocol) == "dns")
        {
            request[4] = '\x81';
            return {request, size};
        }
        request[5] = '\5';
        request[8] = '\2';
        return {request, 11};
    }

    /// One request of each client, and the answers to all.
    static void round(const Talk& talk, StillWorld& world, Multiplexer& exchange, std::size_t piece, Instant now)
    {
        for (std::uint32_t client = 0; client < CLIENTS; ++client)
            for (std::size_t at = 0; at < talk.request.size(); at += piece)
                exchange.request({client, 1}, Bytes(talk.request).substr(at, piece), now);
        for (bool more = true; more;)
        {
            more = false;
            for (std::uint32_t target = 0; target < TARGETS; ++target)
            {
                StillWorld::Sent& sent = world.sent[target];
                const std::size_t requests = std::exchange(sent.requests, 0);
                const std::size_t size = requests > 0 ? std::exchange(sent.size, 0) / requests : 0;
                more = more || requests > 0;
                std::array<char, 4096> kept; // what it is sent meanwhile stands where the requests do
                std::copy_n(sent.bytes.data(), size * requests, kept.data());
                for (std::size_t i = 0; i < requests; ++i)
                {
                    const Bytes response =
                        talk.response.empty() ? answer(talk, kept.data() + i * size, size) : Bytes(talk.response);
                    for (std::size_t at = 0; at < response.size(); at += piece)
                        exchange.response({target, 1}, response.substr(at, piece), now);
                }
            }
        }
    }

    static void costsNothing(const Talk& talk, std::size_t connections, std::size_t piece)
    {
        StillWorld world;
        Targets health(1, Backoff{Duration::milliseconds(1), Duration::seconds(1)}, 1);
        LanePoolSettings lanes;
        lanes.pipeline = talk.pipeline;
        LanePool pool(lanes, health, world, std::make_shared<Places>(std::vector<std::size_t>(connections)));
        const std::shared_ptr<Protocol> protocol = findProtocol(talk.protocol)->make({});
        MultiplexerSettings settings;
        settings.pipeline = talk.pipeline;
        settings.fair = connections > 1;
        settings.byId = talk.response.empty();
        settings.requestId = protocol->requestId();
        settings.responseId = protocol->responseId();
        FramedExchange exchange(settings, world, world, pool, protocol);
        Instant now{1000000};
        for (std::size_t i = 0; i < CLIENTS; ++i)
            exchange.clientOpened(world.addClient(), now);
        exchange.warmUp(now);
        for (const TargetId id : std::exchange(world.dialled, {}))
            exchange.targetOpened(id, now);
        for (int i = 0; i < 50; ++i)
            round(talk, world, exchange, piece, now);
        const std::size_t before = allocations();
        const std::size_t received = world.received;
        for (int i = 0; i < 50; ++i)
            round(talk, world, exchange, piece, now);
        const std::size_t used = allocations() - before;
        const std::string what = std::string(talk.protocol) + ", " + std::to_string(connections) + " connections";
        CPPUNIT_ASSERT_MESSAGE(what, world.received - received >= 50 * CLIENTS * 5); // all were answered
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::size_t{0}, used);
    }
};

#if !defined(PROXIMUX_SANITIZED)

TEST(AllocationsTest, newIsCounted)
{
    const std::size_t before = allocations();
    const std::string text(100, 'x');
    CPPUNIT_ASSERT(allocations() > before && text.size() == 100);
}

TEST(AllocationsTest, noneInOrder)
{
    for (const Talk& talk : inOrder())
        for (const std::size_t connections : {std::size_t{1}, TARGETS})
            costsNothing(talk, connections, 1000);
}

TEST(AllocationsTest, noneById)
{
    for (const Talk& talk : byId())
        for (const std::size_t connections : {std::size_t{1}, TARGETS})
            costsNothing(talk, connections, 1000);
}

TEST(AllocationsTest, noneInPieces)
{
    for (const Talk& talk : inOrder())
        costsNothing(talk, 1, 4);
}

#endif

} // namespace proximux
