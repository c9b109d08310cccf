#include "rules/Rules.h"
#include "support/NoDigests.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/Startup.h>

#include <memory>
#include <utility>

namespace proximux
{

/// A database's connections belong to logins, and to one client for as long as its transaction lasts.
class LeasesTest : public Rules
{
protected:
    void database(std::size_t connections = 1, std::size_t maxPinned = 0, std::int64_t reconnects = 20)
    {
        Options options;
        options.protocol = "postgresql";
        options.connections = connections;
        options.exchange.fair = true;
        options.exchange.maxPinned = maxPinned;
        options.exchange.conversation.pins = maxPinned > 0;
        options.exchange.personal = options.exchange.speaksAtRest = true;
        options.exchange.responseTimeout = Duration::off();
        options.exchange.reconnects = reconnects;
        options.exchange.conversation.authenticator = std::make_shared<auth::Authenticator>(_digests, "key");
        options.exchange.conversation.authenticator->change({AuthMethod::trust, nullptr, {}});
        begin(options);
    }

    static std::string startup(const std::string& user)
    {
        postgresql::Startup startup;
        startup.user = startup.database = user;
        return startup.packetFor(user);
    }

    static std::string message(char type, const std::string& body) { return postgresql::message(type, body); }
    static std::string query(const std::string& sql) { return message('Q', sql + '\0'); }
    static std::string done(char status = 'I') { return message('C', std::string("OK\0", 3)) + ready(status); }
    static std::string ready(char status) { return message('Z', {status}); }
    static std::string welcome() { return message('R', std::string(4, '\0')) + ready('I'); }

    /// Whether a client was let in since it was looked at last.
    bool isWelcome(ClientId client)
    {
        const std::string said = got(client);
        return said.size() > 6 && said.substr(said.size() - 6) == ready('I');
    }

    [[nodiscard]] bool isClosed(TargetId t) const { return world.closedTargets.count(t.slot) > 0; }

    /// Signs a connection in.
    TargetId signedIn(const std::string& user)
    {
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(startup(user), got(t));
        answers(t, welcome());
        return t;
    }

    /// The first client of a user, and its connection.
    ClientId first(const std::string& user, TargetId& t)
    {
        const ClientId client = asks(startup(user));
        t = signedIn(user);
        CPPUNIT_ASSERT(isWelcome(client));
        return client;
    }

    ClientId further(const std::string& user)
    {
        const ClientId client = asks(startup(user));
        CPPUNIT_ASSERT(isWelcome(client));
        return client;
    }

private:
    NoDigests _digests;
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
    says(b, query("set a = 1"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
    says(a, query("discard all"));
    got(t);
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(query("set a = 1"), got(other));
}

} // namespace proximux
