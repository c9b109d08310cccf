#include "support/ScriptedPair.h"
#include "support/Test.h"

#include <random>
#include <string>

namespace proximux
{

class PairTest : public CppUnit::TestCase
{
protected:
    using Kind = ScriptedPeer::Kind;

    static std::string text(std::size_t n, char first)
    {
        std::string all(n, ' ');
        for (std::size_t i = 0; i < n; ++i)
            all[i] = static_cast<char>(first + static_cast<char>(i % 26));
        return all;
    }

    const std::string _up = text(210, 'a');
    const std::string _down = text(190, 'A');

    /// Both say all they have to say, and end.
    void speak(ScriptedPair& pair) const
    {
        pair.client.says = _up;
        pair.target.says = _down;
        pair.client.ends = pair.target.ends = true;
    }

    void assertAllPassed(const ScriptedPair& pair) const
    {
        CPPUNIT_ASSERT_EQUAL(_up, pair.target.heard);
        CPPUNIT_ASSERT_EQUAL(_down, pair.client.heard);
        CPPUNIT_ASSERT(!pair.client.closedByReset && !pair.target.closedByReset);
        pair.assertNothingLeft();
    }

    /// Whoever resets, and at whichever call: what arrived is a beginning of what was sent, and both are closed.
    void assertResetAtEveryStep(ScriptedPeer ScriptedPair::*who) const
    {
        for (std::size_t step = 0; step < 60; ++step)
        {
            for (const bool reading : {true, false})
            {
                ScriptedPair pair;
                auto& steps = reading ? (pair.*who).reads : (pair.*who).writes;
                steps.assign(step, {Kind::bytes, 5});
                steps.push_back({Kind::reset, 0});
                speak(pair);
                pair.connect();
                pair.settle();
                assertPrefix(_up, pair.target.heard);
                assertPrefix(_down, pair.client.heard);
                pair.assertNothingLeft();
                CPPUNIT_ASSERT(pair.target.closed);
            }
        }
    }

    static void assertPrefix(const std::string& whole, const std::string& part)
    {
        CPPUNIT_ASSERT_EQUAL(whole.substr(0, part.size()), part);
    }
};

TEST(PairTest, everySizeOfReadsAndWritesPassesEveryByte)
{
    for (std::size_t read = 1; read <= 65; ++read)
    {
        for (std::size_t write = 1; write <= 65; ++write)
        {
            ScriptedPair pair;
            for (ScriptedPeer* peer : {&pair.client, &pair.target})
            {
                peer->reads.assign(600, {Kind::bytes, read});
                peer->writes.assign(600, {Kind::bytes, write});
            }
            speak(pair);
            pair.connect();
            pair.settle();
            assertAllPassed(pair);
        }
    }
}

TEST(PairTest, wouldBlockAtEveryStepPassesEveryByte)
{
    for (std::size_t step = 0; step < 40; ++step)
    {
        for (const bool reading : {true, false})
        {
            for (const bool ofClient : {true, false})
            {
                ScriptedPair pair;
                ScriptedPeer& peer = ofClient ? pair.client : pair.target;
                auto& steps = reading ? peer.reads : peer.writes;
                steps.assign(step, {Kind::bytes, 7});
                steps.push_back({Kind::wouldBlock, 0});
                steps.push_back({Kind::wouldBlock, 0});
                speak(pair);
                pair.connect();
                pair.settle();
                assertAllPassed(pair);
            }
        }
    }
}

TEST(PairTest, aClientThatResetsAtStepN)
{
    assertResetAtEveryStep(&ScriptedPair::client);
}

TEST(PairTest, aTargetThatResetsAtStepN)
{
    assertResetAtEveryStep(&ScriptedPair::target);
}

TEST(PairTest, randomScriptsPassEveryByteOrCloseBoth)
{
    for (unsigned seed = 0; seed < 3000; ++seed)
    {
        std::minstd_rand random(seed + 1);
        ScriptedPair pair;
        for (ScriptedPeer* peer : {&pair.client, &pair.target})
        {
            for (auto* steps : {&peer->reads, &peer->writes})
            {
                for (int i = 0; i < 100; ++i)
                {
                    const auto dice = random() % 100;
                    const Kind kind = dice < 20 ? Kind::wouldBlock : dice == 99 && seed % 2 ? Kind::reset : Kind::bytes;
                    steps->push_back({kind, random() % 70 + 1});
                }
            }
        }
        speak(pair);
        pair.connect();
        pair.settle();
        const std::string name = "seed " + std::to_string(seed);
        if (pair.client.isReset || pair.target.isReset)
        {
            assertPrefix(_up, pair.target.heard);
            assertPrefix(_down, pair.client.heard);
            CPPUNIT_ASSERT_MESSAGE(name, pair.client.closed && pair.target.closed);
        }
        else
        {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, _up, pair.target.heard);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, _down, pair.client.heard);
        }
        pair.assertNothingLeft();
    }
}

TEST(PairTest, readsNothingBeforeTheTargetIsThere)
{
    ScriptedPair pair;
    pair.client.says = "early";
    pair.connectClient();
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(std::string("early"), pair.client.says);
    pair.connectTarget();
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(std::string("early"), pair.target.heard);
}

TEST(PairTest, aSlowReaderHoldsTheOtherSide)
{
    ScriptedPair pair;
    pair.connect();
    pair.client.writes.assign(3, {Kind::wouldBlock, 0});
    pair.target.says = text(1000, 'a');
    pair.reactor.turn(pair.clock.time);
    pair.reactor.turn(pair.clock.time);
    CPPUNIT_ASSERT(!pair.targetInterest().read && pair.clientInterest().write);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000 - 64}, pair.target.says.size()); // one read, and no more
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(text(1000, 'a'), pair.client.heard);
}

TEST(PairTest, wantsToWriteOnlyWhileBytesWait)
{
    ScriptedPair pair;
    pair.connect();
    pair.target.writes.push_back({Kind::bytes, 3});
    pair.client.says = "0123456789";
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789"), pair.target.heard);
    CPPUNIT_ASSERT((pair.targetInterest() == Interest{true, false}));
    CPPUNIT_ASSERT((pair.clientInterest() == Interest{true, false}));
}

TEST(PairTest, aTargetThatHangsUpWhileHeldIsReadLater)
{
    ScriptedPair pair;
    pair.connect();
    pair.client.says = "?";
    pair.client.ends = true;
    pair.client.writes.assign(500, {Kind::wouldBlock, 0});
    pair.target.says = text(300, 'a');
    pair.target.ends = true;
    for (int i = 0; i < 50; ++i)
        pair.reactor.turn(pair.clock.time);
    CPPUNIT_ASSERT(!pair.target.says.empty());
    pair.client.writes.clear();
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(text(300, 'a'), pair.client.heard);
    pair.assertNothingLeft();
}

TEST(PairTest, aTargetThatResetsWhileHeldDoesNotMakeUsSpin)
{
    ScriptedPair pair;
    pair.connect();
    pair.client.writes.assign(100000, {Kind::wouldBlock, 0});
    pair.target.says = text(300, 'a');
    for (int i = 0; i < 5; ++i)
        pair.reactor.turn(pair.clock.time);
    pair.target.isReset = true;
    for (int i = 0; i < 5; ++i)
        pair.reactor.turn(pair.clock.time);
    CPPUNIT_ASSERT_MESSAGE("it is let alone until its turn comes", !pair.watches(ScriptedPair::TARGET));
    pair.client.writes.clear();
    pair.client.ends = true;
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(text(64, 'a'), pair.client.heard);
    pair.assertNothingLeft();
}

TEST(PairTest, aClientThatResetsWhileHeldIsFoundAtOnce)
{
    ScriptedPair pair;
    pair.connect();
    pair.target.writes.assign(100000, {Kind::wouldBlock, 0});
    pair.client.says = text(300, 'a');
    for (int i = 0; i < 5; ++i)
        pair.reactor.turn(pair.clock.time);
    CPPUNIT_ASSERT(!pair.clientInterest().read);
    pair.client.isReset = true;
    for (int i = 0; i < 3; ++i)
        pair.reactor.turn(pair.clock.time);
    pair.assertNothingLeft();
    CPPUNIT_ASSERT(pair.target.closedByReset);
}

TEST(PairTest, aClientThatResetsBeforeItsTargetIsThere)
{
    ScriptedPair pair;
    pair.connectClient();
    pair.settle();
    pair.client.isReset = true;
    for (int i = 0; i < 3; ++i)
        pair.reactor.turn(pair.clock.time);
    pair.assertNothingLeft();
}

/// The target has answered and closed before it read all: sending to it fails while its answer waits unread.
TEST(PairTest, anAnswerOfATargetThatReadsNoMoreIsPassedOn)
{
    ScriptedPair pair;
    pair.connect();
    pair.target.writes = {{Kind::bytes, 3}, {Kind::refused, 0}};
    pair.client.says = "0123456789";
    pair.target.says = "too large";
    pair.target.ends = true;
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(std::string("too large"), pair.client.heard);
    CPPUNIT_ASSERT(pair.client.heardFin);
}

TEST(PairTest, aHandlerThatThrowsCostsItsPair)
{
    ScriptedPair pair;
    pair.connect();
    pair.throwing = true;
    pair.client.says = "x";
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(1, pair.faults);
    CPPUNIT_ASSERT(pair.client.closedByReset && pair.target.closedByReset);
    pair.assertNothingLeft();
}

TEST(PairTest, finWaitsBehindUnsentBytes)
{
    ScriptedPair pair;
    pair.connect();
    pair.target.writes = {{Kind::bytes, 1}, {Kind::wouldBlock, 0}, {Kind::wouldBlock, 0}};
    pair.client.says = "request";
    pair.client.ends = true;
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(std::string("request"), pair.target.heard);
    CPPUNIT_ASSERT(pair.target.heardFin && !pair.client.heardFin);
    pair.target.says = "response";
    pair.target.ends = true;
    pair.settle();
    CPPUNIT_ASSERT_EQUAL(std::string("response"), pair.client.heard);
    pair.assertNothingLeft();
}

} // namespace proximux
