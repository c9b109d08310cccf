#include "support/Loopback.h"

#include <cppunit/extensions/HelperMacros.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace proximux
{

class ReactorTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(ReactorTest);
    PROXIMUX_ON_BOTH_BACK_ENDS(tellsWhatIsReadyAndOnlyWhatIsWanted);
    PROXIMUX_ON_BOTH_BACK_ENDS(aRemovedSocketIsSilentWithinTheSameTurn);
    PROXIMUX_ON_BOTH_BACK_ENDS(anOldRegistrationNamesNothing);
    PROXIMUX_ON_BOTH_BACK_ENDS(aThrowingHandlerIsToldOnceAndOthersAreServed);
    PROXIMUX_ON_BOTH_BACK_ENDS(aHangUpThatNobodyWantsDoesNotSpin);
    PROXIMUX_ON_BOTH_BACK_ENDS(aParkedSocketIsTakenUpAgain);
    PROXIMUX_ON_BOTH_BACK_ENDS(timersComeInOrderAndOnce);
    PROXIMUX_ON_BOTH_BACK_ENDS(aCancelledTimerNeverComes);
    PROXIMUX_ON_BOTH_BACK_ENDS(postedCallsRunInTheLoopsThread);
    PROXIMUX_ON_BOTH_BACK_ENDS(stopEndsALoopThatWaits);
    PROXIMUX_ON_BOTH_BACK_ENDS(deferredCallsRunInTheSameTurn);
    PROXIMUX_ON_BOTH_BACK_ENDS(disposedObjectsOutliveTheirHandler);
    PROXIMUX_ON_BOTH_BACK_ENDS(idleSocketsWakeNobody);
    CPPUNIT_TEST_SUITE_END();

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

public:
    void tellsWhatIsReadyAndOnlyWhatIsWanted(bool epoll)
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

    void aRemovedSocketIsSilentWithinTheSameTurn(bool epoll)
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

    void anOldRegistrationNamesNothing(bool epoll)
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

    void aThrowingHandlerIsToldOnceAndOthersAreServed(bool epoll)
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

    void aHangUpThatNobodyWantsDoesNotSpin(bool epoll)
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

    void aParkedSocketIsTakenUpAgain(bool epoll)
    {
        TurnedReactor turned(epoll);
        SocketPair pair;
        Handler handler;
        std::string got;
        bool ended = false;
        const auto registration = turned.reactor.add(pair.handle(), handler);
        sockets::shutdownSend(pair.handle());
        pair.say("unread");
        pair.far.shutdownSend();
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

    void timersComeInOrderAndOnce(bool epoll)
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

    void aCancelledTimerNeverComes(bool epoll)
    {
        TurnedReactor turned(epoll);
        int calls = 0;
        const auto timer = turned.reactor.at(turned.clock.now() + Duration::milliseconds(5), [&] { ++calls; });
        turned.reactor.cancel(timer);
        turned.reactor.cancel(timer);
        turned.turnsWithin(Duration::milliseconds(20));
        CPPUNIT_ASSERT_EQUAL(0, calls);
    }

    void postedCallsRunInTheLoopsThread(bool epoll)
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

    void stopEndsALoopThatWaits(bool epoll)
    {
        TurnedReactor turned(epoll);
        std::thread loop([&] { turned.reactor.run(); });
        turned.reactor.post([] {});
        turned.reactor.stop();
        loop.join();
    }

    void deferredCallsRunInTheSameTurn(bool epoll)
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

    void disposedObjectsOutliveTheirHandler(bool epoll)
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

    void idleSocketsWakeNobody(bool epoll)
    {
        TurnedReactor turned(epoll);
        std::vector<SocketPair> pairs(20);
        std::vector<Handler> handlers(20);
        for (std::size_t i = 0; i < pairs.size(); ++i)
            turned.reactor.setInterest(turned.reactor.add(pairs[i].handle(), handlers[i]), {true, false});
        turned.reactor.turn(turned.clock.now());
        CPPUNIT_ASSERT(turned.turnsWithin(Duration::milliseconds(50)) <= 2);
    }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(ReactorTest, "net");

} // namespace proximux
