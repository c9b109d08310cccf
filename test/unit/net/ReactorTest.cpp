#include "support/Loopback.h"
#include "support/Test.h"

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace proximux
{

class ReactorTest : public CppUnit::TestCase
{
protected:
    struct Handler : EventHandler
    {
        void readable() override { call(onReadable); }
        void writable() override { call(onWritable); }
        bool hungUp() override
        {
            ++hangUps;
            return false;
        }
        void faulted(const std::exception&) noexcept override
        {
            ++faults;
            if (onFault)
                onFault();
        }

        static void call(const std::function<void()>& what)
        {
            if (what)
                what();
        }

        std::function<void()> onReadable;
        std::function<void()> onWritable;
        std::function<void()> onFault;
        int hangUps = 0;
        int faults = 0;
    };

    static std::string read(SocketPair& pair)
    {
        char bytes[100];
        const IoResult result = sockets::receive(pair.handle(), bytes, sizeof bytes);
        return {bytes, result.bytes};
    }
};

TEST_ON_BOTH_BACK_ENDS(ReactorTest, tellsWhatIsReadyAndOnlyWhatIsWanted)
{
    TurnedReactor turned(epoll);
    SocketPair pair;
    Handler handler;
    int reads = 0;
    int writes = 0;
    std::string got;
    handler.onReadable = [&] { ++reads, got += read(pair); };
    handler.onWritable = [&] { ++writes; };
    const auto registration = turned.reactor.add(pair.handle(), handler);
    pair.say("a");
    turned.turnsWithin(Duration::milliseconds(30));
    CPPUNIT_ASSERT_EQUAL(0, reads + writes);
    turned.reactor.setInterest(registration, {true, false});
    turned.until([&] { return got == "a"; });
    CPPUNIT_ASSERT_EQUAL(0, writes);
    turned.reactor.setInterest(registration, {false, true});
    turned.until([&] { return writes > 0; });
    turned.reactor.setInterest(registration, {});
    turned.reactor.turn(turned.clock.now());
    writes = 0;
    turned.turnsWithin(Duration::milliseconds(30));
    CPPUNIT_ASSERT_EQUAL(0, writes);
    turned.reactor.remove(registration);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, aRemovedSocketIsSilentWithinTheSameTurn)
{
    TurnedReactor turned(epoll);
    SocketPair pairs[2];
    Handler handlers[2];
    Reactor::Registration registrations[2];
    int reads = 0;
    for (int i = 0; i < 2; ++i)
    {
        registrations[i] = turned.reactor.add(pairs[i].handle(), handlers[i]);
        turned.reactor.setInterest(registrations[i], {true, false});
        handlers[i].onReadable = [&, i]
        {
            ++reads;
            turned.reactor.remove(registrations[1 - i]); // the other's event is in the same batch
            turned.reactor.remove(registrations[i]);
        };
        pairs[i].say("x");
    }
    turned.until([&] { return reads > 0; });
    turned.turnsWithin(Duration::milliseconds(30));
    CPPUNIT_ASSERT_EQUAL(1, reads);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, anOldRegistrationNamesNothing)
{
    TurnedReactor turned(epoll);
    SocketPair old;
    SocketPair next;
    Handler first;
    Handler second;
    const auto gone = turned.reactor.add(old.handle(), first);
    turned.reactor.remove(gone);
    int reads = 0;
    second.onReadable = [&] { ++reads; };
    const auto registration = turned.reactor.add(next.handle(), second);
    CPPUNIT_ASSERT_EQUAL(gone.slot, registration.slot);
    turned.reactor.setInterest(gone, {true, true});
    turned.reactor.remove(gone);
    next.say("x");
    turned.turnsWithin(Duration::milliseconds(30));
    CPPUNIT_ASSERT_EQUAL(0, reads);
    turned.reactor.setInterest(registration, {true, false});
    turned.until([&] { return reads > 0; });
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, aThrowingHandlerIsToldOnceAndOthersAreServed)
{
    TurnedReactor turned(epoll);
    int reports = 0;
    turned.reactor.setFaultReport([&](const std::exception&) { ++reports; });
    SocketPair bad;
    SocketPair good;
    Handler thrower;
    Handler server;
    int reads = 0;
    const auto badOne = turned.reactor.add(bad.handle(), thrower);
    const auto goodOne = turned.reactor.add(good.handle(), server);
    thrower.onReadable = [] { throw std::runtime_error("a defect"); };
    thrower.onFault = [&] { turned.reactor.remove(badOne); };
    server.onReadable = [&] { ++reads, read(good); };
    turned.reactor.setInterest(badOne, {true, false});
    turned.reactor.setInterest(goodOne, {true, false});
    bad.say("x");
    turned.until([&] { return reports > 0; });
    good.say("x");
    turned.until([&] { return reads > 0; });
    CPPUNIT_ASSERT_EQUAL(1, thrower.faults);
    CPPUNIT_ASSERT_EQUAL(1, reports);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, aHangUpThatNobodyWantsDoesNotSpin)
{
    TurnedReactor turned(epoll);
    SocketPair pair;
    Handler handler;
    turned.reactor.add(pair.handle(), handler);
    pair.say("unread");
    turned.reactor.turn(turned.clock.now());
    pair.resetFar();
    turned.until([&] { return handler.hangUps > 0; });
    CPPUNIT_ASSERT(turned.turnsWithin(Duration::milliseconds(100)) < 10);
    CPPUNIT_ASSERT_EQUAL(1, handler.hangUps);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, aParkedSocketIsTakenUpAgain)
{
    TurnedReactor turned(epoll);
    SocketPair pair;
    Handler handler;
    std::string got;
    bool ended = false;
    const auto registration = turned.reactor.add(pair.handle(), handler);
    sockets::shutdownSend(pair.handle());
    pair.say("unread");
    pair.farEnd.shutdownSend();
    turned.until([&] { return handler.hangUps > 0; });
    handler.onReadable = [&]
    {
        const std::string piece = read(pair);
        got += piece;
        ended = piece.empty();
        if (ended)
            turned.reactor.remove(registration);
    };
    turned.reactor.setInterest(registration, {true, false});
    turned.until([&] { return ended; });
    CPPUNIT_ASSERT_EQUAL(std::string("unread"), got);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, timersComeInOrderAndOnce)
{
    TurnedReactor turned(epoll);
    std::string order;
    const Instant now = turned.clock.now();
    turned.reactor.at(now + Duration::milliseconds(20), [&] { order += "c"; });
    turned.reactor.at(now + Duration::milliseconds(5), [&] { order += "a"; });
    turned.reactor.at(now + Duration::milliseconds(5), [&] { order += "b"; });
    turned.until([&] { return order.size() == 3; });
    CPPUNIT_ASSERT(turned.clock.now() >= now + Duration::milliseconds(20));
    turned.turnsWithin(Duration::milliseconds(20));
    CPPUNIT_ASSERT_EQUAL(std::string("abc"), order);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, aCancelledTimerNeverComes)
{
    TurnedReactor turned(epoll);
    int calls = 0;
    const auto timer = turned.reactor.at(turned.clock.now() + Duration::milliseconds(5), [&] { ++calls; });
    turned.reactor.cancel(timer);
    turned.reactor.cancel(timer);
    turned.turnsWithin(Duration::milliseconds(20));
    CPPUNIT_ASSERT_EQUAL(0, calls);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, postedCallsRunInTheLoopsThread)
{
    TurnedReactor turned(epoll);
    constexpr int THREADS = 4;
    constexpr int CALLS = 2000;
    int calls = 0; // only the loop's thread touches it
    std::vector<std::thread> threads;
    threads.reserve(THREADS);
    for (int i = 0; i < THREADS; ++i)
        threads.emplace_back(
            [&]
            {
                for (int j = 0; j < CALLS; ++j)
                    turned.reactor.post([&] { ++calls; });
            });
    turned.until([&] { return calls == THREADS * CALLS; });
    for (std::thread& thread : threads)
        thread.join();
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, stopEndsALoopThatWaits)
{
    TurnedReactor turned(epoll);
    std::thread loop([&] { turned.reactor.run(); });
    turned.reactor.post([] {});
    turned.reactor.stop();
    loop.join();
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, deferredCallsRunInTheSameTurn)
{
    TurnedReactor turned(epoll);
    std::string order;
    turned.reactor.post(
        [&]
        {
            turned.reactor.defer(
                [&]
                {
                    order += "b";
                    turned.reactor.defer([&] { order += "c"; });
                });
            order += "a";
        });
    turned.reactor.turn(turned.clock.now());
    CPPUNIT_ASSERT_EQUAL(std::string("abc"), order);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, disposedObjectsOutliveTheirHandler)
{
    struct Noted
    {
        explicit Noted(bool& flag)
            : gone(flag)
        {
        }
        ~Noted() { gone = true; }
        Noted(const Noted&) = delete;
        Noted& operator=(const Noted&) = delete;
        bool& gone;
    };
    TurnedReactor turned(epoll);
    bool gone = false;
    bool goneInside = true;
    turned.reactor.post(
        [&]
        {
            turned.reactor.dispose(std::make_unique<Noted>(gone));
            goneInside = gone;
        });
    turned.until([&] { return gone; });
    CPPUNIT_ASSERT(!goneInside);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, anEndedPeerThatAcceptsNothingWakesNobody)
{
    TurnedReactor turned(epoll);
    SocketPair pair;
    Handler handler;
    const std::string piece(65536, 'x');
    const auto fill = [&]
    {
        while (sockets::send(pair.handle(), piece).kind == IoResult::Kind::done)
        {
        }
    };
    handler.onWritable = fill;
    fill();
    const auto registration = turned.reactor.add(pair.handle(), handler);
    turned.reactor.setInterest(registration, {false, true});
    turned.turnsWithin(Duration::milliseconds(100)); // until the buffers of the system are full
    pair.farEnd.shutdownSend();
    CPPUNIT_ASSERT(turned.turnsWithin(Duration::milliseconds(200)) <= 25);
    char bytes[65536];
    bool isWritable = false;
    handler.onWritable = [&isWritable] { isWritable = true; };
    while (!isWritable)
    {
        pair.farEnd.receiveBytes(bytes, sizeof bytes);
        turned.reactor.turn(turned.clock.now());
    }
    turned.reactor.remove(registration);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, whatTakesLongIsDoneByOneInATurn)
{
    constexpr std::size_t MANY = 5;
    TurnedReactor turned(epoll);
    std::size_t done = 0;
    std::size_t inThisTurn = 0;
    for (std::size_t i = 0; i < MANY; ++i)
        turned.reactor.inItsTurn(
            [&]
            {
                ++done;
                ++inThisTurn;
            });
    turned.until(
        [&]
        {
            CPPUNIT_ASSERT(inThisTurn <= 1);
            inThisTurn = 0;
            return done == MANY;
        });
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, whoeverHasMoreToDoThatTakesLongComesLast)
{
    constexpr std::size_t MANY = 5;
    TurnedReactor turned(epoll);
    std::vector<SocketPair> pairs(MANY);
    std::vector<Handler> handlers(MANY);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < MANY; ++i)
    {
        handlers[i].onReadable = [&, i]
        {
            (void)read(pairs[i]);
            turned.reactor.inItsTurn(
                [&, i]
                {
                    order.push_back(i);
                    pairs[i].say("x"); // there is always more
                });
        };
        turned.reactor.setInterest(turned.reactor.add(pairs[i].handle(), handlers[i]), {true, false});
        pairs[i].say("x");
    }
    turned.until([&] { return order.size() == 4 * MANY; });
    for (std::size_t at = MANY; at < order.size(); ++at)
        CPPUNIT_ASSERT_EQUAL(order[at - MANY], order[at]);
}

TEST_ON_BOTH_BACK_ENDS(ReactorTest, idleSocketsWakeNobody)
{
    TurnedReactor turned(epoll);
    std::vector<SocketPair> pairs(20);
    std::vector<Handler> handlers(20);
    for (std::size_t i = 0; i < pairs.size(); ++i)
        turned.reactor.setInterest(turned.reactor.add(pairs[i].handle(), handlers[i]), {true, false});
    turned.reactor.turn(turned.clock.now());
    CPPUNIT_ASSERT(turned.turnsWithin(Duration::milliseconds(50)) <= 2);
}

} // namespace proximux
