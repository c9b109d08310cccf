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

    /// Pinned connections of the target; by reason: those of a transaction, those that watch.
    void assertPins(std::size_t connections, std::size_t transactions, std::size_t watches)
    {
        CPPUNIT_ASSERT_EQUAL(connections, pool->counts().of(0).pinned);
        pool->counts().takeReasons([this](const ConnectionCounts::Reasons& reasons) { _reasons = reasons; });
        CPPUNIT_ASSERT_EQUAL(transactions, _reasons[0]);
        CPPUNIT_ASSERT_EQUAL(watches, _reasons[1]);
    }

private:
    ConnectionCounts::Reasons _reasons{}; ///< as they were taken last
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
    answers(t, "+OK\r\n");
    assertPins(1, 0, 1);
    says(a, command({"MULTI"}));
    answers(t, "+OK\r\n");
    assertPins(1, 1, 1);
    says(a, command({"EXEC"}));
    answers(t, "*0\r\n");
    assertPins(0, 0, 0);
    says(a, command({"MULTI"}));
    answers(t, "+OK\r\n");
    assertPins(1, 1, 0);
    exchange->clientLost(a, now);
    assertPins(0, 0, 0);
}

TEST(MuxGaugesTest, reasonsAreTakenOnlyWhenTheyHaveChanged)
{
    ConnectionCounts counts;
    std::size_t taken = 0;
    const auto note = [&taken](const ConnectionCounts::Reasons& reasons)
    {
        ++taken;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, reasons[1]);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, reasons[0] + reasons[2]);
    };
    counts.takeReasons(note);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, taken);
    counts.changeReasons(0, pins::TRANSACTION);
    counts.changeReasons(pins::TRANSACTION, pins::WATCH);
    counts.takeReasons(note);
    counts.changeReasons(pins::WATCH, pins::WATCH);
    counts.takeReasons(note);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, taken);
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
