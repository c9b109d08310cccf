#include "support/Scripted.h"
#include "support/Test.h"

#include <proximux/net/Connection.h>

#include <memory>

namespace proximux
{

/// What a connection does with what it is to send later.
class GatheringTest : public CppUnit::TestCase
{
protected:
    class End : public Connection
    {
    public:
        using Connection::Connection;

        std::size_t waiting = 0;
        int lostCalls = 0;

    protected:
        void received(Bytes) override {}
        void ended() override {}
        void sent(std::size_t left) override { waiting = left; }
        void lost(int, const char*) override { ++lostCalls; }
        void broken() override {}
        [[nodiscard]] bool isReadToTheEnd() const override { return false; }
    };

    static constexpr poco_socket_t SOCKET = 100001;
    void setUp() override
    {
        auto made = std::make_unique<ManualPoller>();
        _poller = made.get();
        _peer = ScriptedPeer();
        _reactor = std::make_unique<Reactor>(std::move(made), _clock);
        _scratch.resize(64);
        _poller->peers[SOCKET] = &_peer;
        _end = std::make_unique<End>(*_reactor, _scratch);
        _end->open(std::make_unique<ScriptedTransport>(_peer, SOCKET));
    }

    void tearDown() override
    {
        _end.reset();
        _reactor.reset();
    }
    void turn() { _reactor->turn(_clock.time); }

    ManualClock _clock;
    ManualPoller* _poller = nullptr;
    std::unique_ptr<Reactor> _reactor;
    Scratch _scratch;
    ScriptedPeer _peer;
    std::unique_ptr<End> _end;
};

TEST(GatheringTest, sendsAllThatWasGatheredAtOnce)
{
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _end->sendLater("one "));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _end->sendLater("two"));
    CPPUNIT_ASSERT(_end->isGathering());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.calls);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _end->flush());
    CPPUNIT_ASSERT(!_end->isGathering());
    CPPUNIT_ASSERT_EQUAL(std::string("one two"), _peer.heard);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.calls);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _end->flush());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _peer.calls);
}

TEST(GatheringTest, sendsWhereMuchWasGathered)
{
    _end->sendLater("a");
    _end->sendLater(std::string(20000, 'b'));
    CPPUNIT_ASSERT_EQUAL(std::size_t{20001}, _peer.heard.size());
    _end->sendLater(std::string(20000, 'c'));
    CPPUNIT_ASSERT_EQUAL(std::size_t{40001}, _peer.heard.size());
    CPPUNIT_ASSERT(!_end->isGathering());
}

TEST(GatheringTest, keepsTheOrderBehindWhatWaits)
{
    _peer.writes = {{ScriptedPeer::Kind::bytes, 2}};
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, _end->send("abcdef"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{6}, _end->sendLater("gh"));
    CPPUNIT_ASSERT(!_end->isGathering());
    turn();
    CPPUNIT_ASSERT_EQUAL(std::string("abcdefgh"), _peer.heard);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _end->waiting);
}

TEST(GatheringTest, countsWhatThePeerDidNotTake)
{
    _peer.writes = {{ScriptedPeer::Kind::bytes, 2}, {ScriptedPeer::Kind::wouldBlock}};
    _end->sendLater("abcdef");
    turn();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _peer.calls); // no write interest before it was tried
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, _end->flush());
    turn();
    turn();
    CPPUNIT_ASSERT_EQUAL(std::string("abcdef"), _peer.heard);
}

TEST(GatheringTest, closingSendsWhatWasGathered)
{
    _end->sendLater("bye");
    _end->close(false);
    CPPUNIT_ASSERT_EQUAL(std::string("bye"), _peer.heard);
    CPPUNIT_ASSERT(_peer.closed && !_peer.closedByReset);
}

TEST(GatheringTest, resettingDoesNot)
{
    _end->sendLater("bye");
    _end->close(true);
    CPPUNIT_ASSERT_EQUAL(std::string(), _peer.heard);
    CPPUNIT_ASSERT(_peer.closedByReset);
}

TEST(GatheringTest, theEndStandsBehindWhatWasGathered)
{
    _end->sendLater("bye");
    _end->end();
    CPPUNIT_ASSERT_EQUAL(std::string("bye"), _peer.heard);
    CPPUNIT_ASSERT(_peer.heardFin);
}

TEST(GatheringTest, aPeerThatIsGoneTakesNothing)
{
    _end->sendLater("bye");
    _peer.isReset = true;
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _end->flush());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _end->sendLater("more"));
    CPPUNIT_ASSERT(!_end->isGathering());
    turn();
    CPPUNIT_ASSERT_EQUAL(1, _end->lostCalls);
}

TEST(GatheringTest, seesWhatCameUnread)
{
    CPPUNIT_ASSERT(_end->peek() == IoResult::Kind::wouldBlock);
    _peer.says = "x";
    CPPUNIT_ASSERT(_end->peek() == IoResult::Kind::done);
    CPPUNIT_ASSERT_EQUAL(std::string("x"), _peer.says);
    _peer.says.clear();
    _peer.ends = true;
    CPPUNIT_ASSERT(_end->peek() == IoResult::Kind::ended);
    _end->close(false);
    CPPUNIT_ASSERT(_end->peek() == IoResult::Kind::ended);
}

} // namespace proximux
