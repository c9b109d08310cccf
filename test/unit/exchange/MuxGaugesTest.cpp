#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

#include <algorithm>

namespace proximux
{

/// What an exchange and its pool publish: the line, connections by use, who is pinned.
class MuxGaugesTest : public SharingFixture
{
protected:
    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    void lines(std::size_t connections, std::size_t pipeline)
    {
        Options options;
        options.protocol = "line";
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        begin(options);
    }

    void resp(std::size_t connections)
    {
        Options options;
        options.protocol = "resp";
        options.connections = connections;
        options.exchange.pipeline = 8;
        options.exchange.maxPinned = connections - 1;
        options.exchange.conversation.pins = true;
        begin(options);
    }

    void assertUses(std::size_t opening, std::size_t idle, std::size_t busy) const
    {
        const ConnectionCounts::Counts& counts = pool->counts().of(0);
        CPPUNIT_ASSERT_EQUAL(opening, counts.opening);
        CPPUNIT_ASSERT_EQUAL(idle, counts.idle);
        CPPUNIT_ASSERT_EQUAL(busy, counts.busy);
    }

    [[nodiscard]] PinCounts pinned() const
    {
        PinCounts counts;
        counts.connections.resize(1);
        exchange->countPins(counts);
        return counts;
    }
};

TEST(MuxGaugesTest, connectionsAreCountedByUse)
{
    lines(2, 1);
    assertUses(0, 0, 0);
    asks("a\n");
    assertUses(1, 0, 0);
    const TargetId t = opensOne();
    assertUses(0, 0, 1);
    answers(t, "a\n");
    assertUses(0, 1, 0);
    asks("b\n");
    asks("c\n");
    assertUses(1, 0, 1);
    exchange->targetFailed(world.dialled.back(), now);
    assertUses(0, 0, 1);
    exchange->targetLost(t, now);
    assertUses(0, 0, 0);
}

TEST(MuxGaugesTest, theOldestWaitIsThatOfTheFirstInTheQueue)
{
    lines(1, 1);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->backlog().queued);
    CPPUNIT_ASSERT(exchange->backlog().oldest == Instant::never());
    asks("a\n");
    const TargetId t = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->backlog().queued);
    const Instant came = now;
    asks("b\n");
    passes(MS);
    asks("c\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, exchange->backlog().queued);
    CPPUNIT_ASSERT(exchange->backlog().oldest == came);
    answers(t, "a\n");
    CPPUNIT_ASSERT(exchange->backlog().oldest == came + MS);
    answers(t, "b\n");
    CPPUNIT_ASSERT(exchange->backlog().oldest == Instant::never());
}

TEST(MuxGaugesTest, pinsAreCountedByReasonUntilTheyEnd)
{
    resp(2);
    const ClientId a = join();
    says(a, command({"WATCH", "x"}));
    const TargetId t = opens();
    const std::uint64_t before = exchange->backlog().pinChanges;
    answers(t, "+OK\r\n");
    says(a, command({"MULTI"}));
    answers(t, "+OK\r\n");
    CPPUNIT_ASSERT(exchange->backlog().pinChanges > before);
    const std::vector<std::size_t> expected{1, 1};
    const PinCounts counts = pinned();
    CPPUNIT_ASSERT((expected == std::vector<std::size_t>{counts.clients[0], counts.clients[1]}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, counts.connections[0]);
    const std::uint64_t later = exchange->backlog().pinChanges;
    exchange->clientLost(a, now);
    CPPUNIT_ASSERT(exchange->backlog().pinChanges > later);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, pinned().connections[0]);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, pinned().clients[0]);
}

TEST(MuxGaugesTest, onlyWhatChangedIsTaken)
{
    ConnectionCounts counts;
    counts.add(1, ConnectionCounts::Use::opening);
    counts.move(1, ConnectionCounts::Use::opening, ConnectionCounts::Use::busy);
    std::vector<std::size_t> changed;
    const auto note = [&changed](std::size_t target, const ConnectionCounts::Counts& each)
    {
        changed.push_back(target);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, each.busy);
    };
    counts.takeChanges(note);
    counts.takeChanges(note);
    counts.move(1, ConnectionCounts::Use::busy, ConnectionCounts::Use::busy);
    counts.takeChanges(note);
    CPPUNIT_ASSERT(changed == std::vector<std::size_t>{1});
}

} // namespace proximux
