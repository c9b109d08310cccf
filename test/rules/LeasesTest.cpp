#include "rules/DatabaseRules.h"

namespace proximux
{

/// A database's connections belong to logins, and to one client for as long as its transaction lasts.
class LeasesTest : public DatabaseRules
{
};

RULE(LeasesTest, aTransactionHasItsConnectionAlone, shareTransaction)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    says(a, query("begin"));
    CPPUNIT_ASSERT_EQUAL(query("begin"), got(t));
    answers(t, done('T'));
    CPPUNIT_ASSERT_EQUAL(done('T'), got(a));
    says(b, query("select 1"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(a, query("commit"));
    CPPUNIT_ASSERT_EQUAL(query("commit"), got(t));
    answers(t, done('E') + std::string());
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t)); // a failed one lasts, too
    says(a, query("rollback"));
    CPPUNIT_ASSERT_EQUAL(query("rollback"), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(done(), got(b));
}

RULE(LeasesTest, aTransactionWithoutItsClientIsNobodys, keepOrphanedTransaction)
{
    database(1, 0, 1);
    TargetId t;
    bool isLeft = true;
    for (int i = 0; i < 100 && isLeft; ++i) // so often a connection is left because of its clients
    {
        const ClientId a = first("u", t);
        says(a, query("begin"));
        exchange->clientLost(a, now);
        isLeft = isClosed(t);
    }
    CPPUNIT_ASSERT(!isLeft);
    answers(t, done('T'));
    CPPUNIT_ASSERT(isClosed(t));
}

RULE(LeasesTest, anyNumberMayHaveATransaction, countLeases)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    says(a, query("begin"));
    got(t);
    answers(t, done('T'));
    const ClientId b = asks(startup("u"));
    const TargetId other = signedIn("u");
    says(b, query("listen x"));
    CPPUNIT_ASSERT_EQUAL(query("listen x"), got(other));
}

RULE(LeasesTest, aConnectionHasOneLogin, mixLogins)
{
    database();
    TargetId t;
    first("u", t);
    const ClientId b = asks(startup("v"));
    CPPUNIT_ASSERT_EQUAL(message('X', ""), got(t)); // it is asked to end
    CPPUNIT_ASSERT(world.dialled.empty());
    CPPUNIT_ASSERT(!isWelcome(b));
    exchange->targetEnded(t, now);
    signedIn("v");
    CPPUNIT_ASSERT(isWelcome(b));
}

RULE(LeasesTest, whoWaitsForARefusedLoginIsTold, keepRefused)
{
    database(2);
    const ClientId a = asks(startup("none"));
    const TargetId t = opens();
    got(t);
    const std::string error = postgresql::errorMessage("FATAL", "3D000", "no such database");
    answers(t, error);
    CPPUNIT_ASSERT_EQUAL(error, got(a));
    CPPUNIT_ASSERT(isClosed(t));
    CPPUNIT_ASSERT(world.dialled.empty());
}

RULE(LeasesTest, aRefusedLoginIsNotTriedAgainAtOnce, insist)
{
    database(2);
    TargetId t;
    first("u", t);
    const ClientId a = asks(startup("none"));
    const TargetId refusing = opens();
    got(refusing);
    const std::string error = postgresql::errorMessage("FATAL", "3D000", "no such database");
    answers(refusing, error);
    CPPUNIT_ASSERT_EQUAL(error, got(a));
    const ClientId b = asks(startup("none"));
    CPPUNIT_ASSERT_EQUAL(error, got(b));
    CPPUNIT_ASSERT(world.dialled.empty());
    CPPUNIT_ASSERT(world.client(b).fin);
    further("u"); // the others are not concerned
    passes(Duration::seconds(1));
    asks(startup("none"));
    got(opens());
}

RULE(LeasesTest, whatIsSaidAtRestAnswersNothing, takeNoticeForAnswer)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    answers(t, message('N', "x"));
    answers(t, message('S', std::string("a\0b\0", 4)));
    CPPUNIT_ASSERT(!isClosed(t));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    says(a, query("select 1"));
    answers(t, message('N', "y") + done());
    CPPUNIT_ASSERT_EQUAL(message('N', "y") + done(), got(a));
    answers(t, done());
    CPPUNIT_ASSERT(isClosed(t));
}

RULE(LeasesTest, rowsBelongToTheirCopy, dropRows)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const std::string rows = message('d', "1\n") + message('d', "2\n");
    says(a, query("copy t from stdin") + rows + message('c', "") + query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("copy t from stdin"), got(t));
    answers(t, message('G', std::string(3, '\0')));
    CPPUNIT_ASSERT_EQUAL(rows + message('c', ""), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
}

RULE(LeasesTest, aRowOfACopyMayBeLargerThanTheBuffer)
{
    requestBuffer = 100;
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const std::string row = message('d', std::string(300, 'x'));
    says(a, query("copy t from stdin"));
    got(t);
    answers(t, message('G', std::string(3, '\0')));
    says(a, row.substr(0, 200));
    says(a, row.substr(200) + message('c', ""));
    CPPUNIT_ASSERT_EQUAL(row + message('c', ""), got(t));
    answers(t, done());
    got(a);
    says(a, query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
}

RULE(LeasesTest, lateRowsOfACopyAreDropped, keepAfterRows)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, query("copy t from stdin"));
    got(t);
    answers(t, message('G', std::string(3, '\0')));
    says(a, message('d', "x\n") + message('d', "y"));
    CPPUNIT_ASSERT_EQUAL(message('d', "x\n") + message('d', "y"), got(t));
    answers(t, message('E', "C1") + ready('I'));
    CPPUNIT_ASSERT(!isClosed(t));
    says(a, message('d', "z\n") + message('c', "") + query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
}

TEST(LeasesTest, aTargetThatEndsInALoginIsLeftAlone)
{
    for (const bool ends : {true, false})
    {
        database();
        const ClientId a = asks(startup("u"));
        const TargetId t = opens();
        got(t);
        if (ends)
            exchange->targetEnded(t, now);
        else
            pass(Duration::seconds(10)); // pool.connect_timeout
        CPPUNIT_ASSERT(isClosed(t));
        CPPUNIT_ASSERT(world.dialled.empty()); // not before its back-off has ended
        CPPUNIT_ASSERT(!isWelcome(a));
    }
}

TEST(LeasesTest, aClientThatHasEndedBringsNoMoreRows)
{
    for (const bool whole : {true, false})
    {
        database();
        TargetId t;
        const ClientId a = first("u", t);
        const std::string rows = message('d', "1\n") + (whole ? message('c', "") : "");
        says(a, query("copy t from stdin") + rows);
        exchange->clientEnded(a, now);
        answers(t, message('G', std::string(3, '\0')));
        CPPUNIT_ASSERT_EQUAL(!whole, isClosed(t));
        if (whole)
            CPPUNIT_ASSERT_EQUAL(query("copy t from stdin") + rows, got(t));
    }
}

RULE(LeasesTest, aTieWaitsForAPinEvenInATransaction, tieBeyondLimit)
{
    database(3, 1);
    TargetId t;
    const ClientId a = first("u", t);
    says(a, query("listen x"));
    got(t);
    answers(t, done());
    got(a);
    const ClientId b = asks(startup("u"));
    const TargetId other = signedIn("u");
    got(b);
    says(b, query("begin"));
    got(other);
    answers(other, done('T'));
    got(b);
    says(b, query("listen y"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
    says(a, query("discard all"));
    got(t);
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(query("listen y"), got(other));
}

RULE(LeasesTest, aRequestThatIsNotSentWithinATransactionEndsItsClient, skipQueued)
{
    for (const bool isKnown : {true, false}) // or is behind what begins it
    {
        database();
        TargetId t;
        const ClientId a = first("u", t);
        says(a, query("begin"));
        if (isKnown)
        {
            answers(t, done('T'));
            says(a, query("select 1"));
        }
        got(a);
        says(a, query("select 2"));
        passes(Duration::seconds(31));
        answers(t, done('T'));
        const std::string said = got(a);
        CPPUNIT_ASSERT(said.find("SFATAL") != std::string::npos && said.find("C53300") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(done('T'), said.substr(0, done('T').size()));
        CPPUNIT_ASSERT(isClosed(t));
    }
}

TEST(LeasesTest, aDrainLetsATransactionEnd)
{
    database(2);
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId idle = further("u");
    says(a, query("begin"));
    answers(t, done('T'));
    got(a);
    exchange->drain(now);
    assertClosed(idle, CloseReason::drained, How::finish);
    const std::string farewell = world.closedClients.at(idle.slot).last.sent;
    CPPUNIT_ASSERT_EQUAL(std::string("SFATAL"), std::string(farewell.c_str() + 5));
    CPPUNIT_ASSERT(farewell.find("57P01") != std::string::npos);
    CPPUNIT_ASSERT(!world.client(a).held);
    says(a, query("select 1"));
    answers(t, done('T'));
    CPPUNIT_ASSERT_EQUAL(done('T'), got(a));
    says(a, query("commit"));
    answers(t, done());
    assertClosed(a, CloseReason::drained, How::finish);
    CPPUNIT_ASSERT_EQUAL(done() + farewell, world.closedClients.at(a.slot).last.sent);
}

} // namespace proximux
