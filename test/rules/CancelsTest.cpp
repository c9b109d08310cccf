#include "rules/DatabaseRules.h"

#include <proximux/Number.h>

namespace proximux
{

/// A cancel request reaches the request that it was meant for, or none.
class CancelsTest : public DatabaseRules
{
protected:
    const std::string stopped = message('E', std::string("SERROR\0C57014\0\0", 15));
    const std::string ofOurs =
        postgresql::errorMessage("ERROR", "57014", "canceling statement due to user request") + ready('I');

    struct Visitor
    {
        ClientId client;
        std::string key;
    };

    static std::string cancel(const std::string& key)
    {
        std::string packet;
        appendNumber(packet, 16, 4);
        appendNumber(packet, postgresql::CANCEL, 4);
        return packet + key;
    }

    /// The key by which a connection's work is cancelled at the target.
    static std::string keyOf(TargetId t) { return "pid" + std::to_string(t.slot) + "word"; }

    Visitor comes(const std::string& user, TargetId* t = nullptr)
    {
        Visitor visitor{asks(startup(user)), ""};
        if (t != nullptr)
        {
            *t = opens();
            CPPUNIT_ASSERT_EQUAL(startup(user), got(*t));
            answers(*t, welcome(keyOf(*t)));
        }
        const std::string said = got(visitor.client);
        CPPUNIT_ASSERT(said.size() > 14 && said[said.size() - 6] == 'Z' && said[said.size() - 19] == 'K');
        visitor.key = said.substr(said.size() - 14, 8);
        return visitor;
    }

    void runs(const Visitor& visitor, TargetId t, const std::string& sql)
    {
        says(visitor.client, query(sql));
        CPPUNIT_ASSERT_EQUAL(query(sql), got(t));
    }

    /// The one errand that is under way is for this connection. Returns its number.
    std::uint64_t errandFor(TargetId t)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE("errands", std::size_t{1}, world.errands.size());
        const World::Errand errand = world.errands.back();
        world.errands.clear();
        CPPUNIT_ASSERT_EQUAL(cancel(keyOf(t)), errand.says);
        return errand.number;
    }

    void ends(std::uint64_t errand, ErrandEnd how = ErrandEnd::heard) { exchange->errandEnded(errand, how, now); }
};

TEST(CancelsTest, theTargetIsToldOnAConnectionOfItsOwn)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "select 1");
    const ClientId asker = asks(cancel(a.key));
    const std::uint64_t errand = errandFor(t);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.cancelled);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    CPPUNIT_ASSERT(world.has(asker) && !world.client(asker).fin);
    ends(errand);
    CPPUNIT_ASSERT(world.client(asker).fin); // which is how it learns that the target has heard of it
    answers(t, stopped + ready('I'));
    CPPUNIT_ASSERT_EQUAL(stopped + ready('I'), got(a.client));
}

RULE(CancelsTest, nobodyGetsTheConnectionBeforeItHasBeenHeard, cancelLate)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    const Visitor b = comes("u");
    runs(a, t, "select 1");
    asks(cancel(a.key));
    const std::uint64_t errand = errandFor(t);
    answers(t, done());
    says(b.client, query("select 2"));
    says(a.client, query("select 3"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    ends(errand);
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(query("select 3"), got(t));
}

TEST(CancelsTest, norDoesItsClientInATransaction)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "begin");
    answers(t, done('T'));
    runs(a, t, "select 1");
    asks(cancel(a.key));
    const std::uint64_t errand = errandFor(t);
    answers(t, done('T'));
    says(a.client, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    asks(cancel(a.key)); // of what waits for that
    CPPUNIT_ASSERT(world.errands.empty());
    ends(errand);
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
}

RULE(CancelsTest, whereNobodyKnowsWhetherItWasHeardTheConnectionIsClosed, lendUncertain)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    const Visitor b = comes("u");
    runs(a, t, "select 1");
    const ClientId asker = asks(cancel(a.key));
    answers(t, done());
    says(b.client, query("select 2"));
    ends(errandFor(t), ErrandEnd::unknown);
    assertClosed(t, CloseReason::cancelUnknown, How::abort);
    CPPUNIT_ASSERT(world.client(asker).fin);
    const TargetId other = signedIn("u");
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(other));
}

TEST(CancelsTest, whatWasNotSaidChangesNothing)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "select 1");
    asks(cancel(a.key));
    ends(errandFor(t), ErrandEnd::unsaid);
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(done(), got(a.client));
    runs(a, t, "select 2");
}

RULE(CancelsTest, whatIsQueuedIsNotSent, sendCancelled)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    const Visitor b = comes("u");
    runs(a, t, "select 1");
    says(b.client, query("select 2") + query("select 3"));
    const ClientId asker = asks(cancel(b.key));
    CPPUNIT_ASSERT(world.client(asker).fin);
    CPPUNIT_ASSERT(world.errands.empty());
    CPPUNIT_ASSERT_EQUAL(ofOurs, got(b.client));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(query("select 3"), got(t));
}

RULE(CancelsTest, whoDoesNotKnowTheWordCancelsNothing, cancelByNumber)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "select 1");
    for (const std::string& key : {a.key.substr(0, 4) + "word", std::string(8, '\0'), keyOf(t), std::string("pid")})
    {
        std::string packet = cancel(key);
        packet[3] = static_cast<char>(packet.size());
        const ClientId asker = asks(packet);
        CPPUNIT_ASSERT(world.client(asker).fin);
        CPPUNIT_ASSERT(world.errands.empty());
        CPPUNIT_ASSERT_EQUAL(std::string("a cancel request with an unknown key"), world.refused);
    }
}

TEST(CancelsTest, whoHasNothingUnderWayLosesNothing)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    CPPUNIT_ASSERT(world.client(asks(cancel(a.key))).fin);
    CPPUNIT_ASSERT(world.errands.empty());
    runs(a, t, "select 1");
}

TEST(CancelsTest, aKeyEndsWithItsClient)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    const Visitor b = comes("u");
    runs(b, t, "select 1");
    exchange->clientLost(a.client, now);
    asks(cancel(a.key));
    CPPUNIT_ASSERT(world.errands.empty());
}

TEST(CancelsTest, twoWhoAskForTheSameAreToldTogether)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "select 1");
    const ClientId first = asks(cancel(a.key));
    const ClientId second = asks(cancel(a.key));
    const ClientId gone = asks(cancel(a.key));
    exchange->clientLost(gone, now);
    ends(errandFor(t));
    CPPUNIT_ASSERT(world.client(first).fin && world.client(second).fin);
}

TEST(CancelsTest, theConnectionMayEndFirst)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "select 1");
    const ClientId asker = asks(cancel(a.key));
    const std::uint64_t errand = errandFor(t);
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT(world.has(asker) && !world.client(asker).fin);
    says(a.client, query("select 2"));
    const TargetId other = signedIn("u");
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(other));
    ends(errand, ErrandEnd::unknown);
    CPPUNIT_ASSERT(world.client(asker).fin && world.has(other));
}

TEST(CancelsTest, whoIsLetInAgainNeedsNoConnectionForThat)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "begin");
    answers(t, done('T'));
    CPPUNIT_ASSERT(!comes("u").key.empty()); // else somebody who waits for it could keep the only one
    const ClientId other = asks(startup("v"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
}

// ------------------------------------------------------------------------------- clients that leave

RULE(CancelsTest, whatALeaverHasUnderWayIsStopped, leaveRunning)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    const Visitor b = comes("u");
    runs(a, t, "select 1");
    exchange->clientLost(a.client, now);
    const std::uint64_t errand = errandFor(t);
    says(b.client, query("select 2"));
    answers(t, stopped + ready('I'));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    ends(errand);
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
}

TEST(CancelsTest, aLeaversTransactionEndsWithItsConnection)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "begin");
    answers(t, done('T'));
    runs(a, t, "select 1");
    exchange->clientLost(a.client, now);
    ends(errandFor(t));
    CPPUNIT_ASSERT(world.has(t)); // or the target would have one connection more
    const Visitor b = {asks(startup("u")), ""};
    says(b.client, query("select 2"));
    CPPUNIT_ASSERT(world.dialled.empty());
    answers(t, stopped + ready('E'));
    CPPUNIT_ASSERT(!world.has(t));
    const TargetId other = signedIn("u");
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(other));
}

TEST(CancelsTest, aTargetThatGoesOnAllTheSameLosesItsConnection)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    runs(a, t, "select 1");
    exchange->clientLost(a.client, now);
    ends(errandFor(t));
    passes(MultiplexerSettings().abandonTimeout);
    assertClosed(t, CloseReason::abandoned, How::abort);
    CPPUNIT_ASSERT(world.errands.empty());
}

TEST(CancelsTest, theTimeOfALeaverIsNotThatOfTheNext)
{
    database();
    TargetId t;
    const Visitor a = comes("u", &t);
    const Visitor b = comes("u");
    runs(a, t, "select 1");
    exchange->clientLost(a.client, now);
    ends(errandFor(t));
    answers(t, stopped + ready('I'));
    runs(b, t, "select 2");
    exchange->clientLost(b.client, now);
    ends(errandFor(t));
    answers(t, stopped + ready('I'));
    passes(MultiplexerSettings().abandonTimeout);
    CPPUNIT_ASSERT(world.has(t));
}

} // namespace proximux
