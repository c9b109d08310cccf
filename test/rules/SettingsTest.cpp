#include "rules/DatabaseRules.h"

#include <string>
#include <vector>

namespace proximux
{

/// A client's settings follow it to whichever connection serves it; nobody else has them.
class SettingsTest : public DatabaseRules
{
protected:
    /// This client sets something on this connection.
    void sets(ClientId client, TargetId t, const std::string& sql)
    {
        says(client, query(sql));
        CPPUNIT_ASSERT_EQUAL(query(sql), got(t));
        answers(t, done());
        CPPUNIT_ASSERT_EQUAL(done(), got(client));
    }

    /// This client begins a transaction, and says this in it.
    void inTransaction(ClientId client, TargetId t, const std::vector<const char*>& said)
    {
        says(client, query("begin"));
        got(t);
        answers(t, done('T'));
        for (const char* sql : said)
        {
            says(client, query(sql));
            CPPUNIT_ASSERT_EQUAL(query(sql), got(t));
            answers(t, done('T'));
        }
        got(client);
    }

    void commits(ClientId client, TargetId t)
    {
        says(client, query("commit"));
        got(t);
        answers(t, ended("COMMIT"));
    }

    static std::string ended(const std::string& tag) { return message('C', tag + '\0') + ready('I'); }

    void answersAll(TargetId t)
    {
        got(t);
        answers(t, done());
    }

    /// Nobody else gets the connection that this client has.
    void assertPinned(ClientId client, TargetId t)
    {
        got(client);
        const ClientId other = asks(startup("u"));
        const TargetId next = signedIn("u");
        says(other, query("select 1"));
        CPPUNIT_ASSERT_EQUAL(query("select 1"), got(next));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    }

    /// The connection is brought to other settings by this.
    void isAligned(TargetId t, const std::string& sql)
    {
        CPPUNIT_ASSERT_EQUAL(query(sql), got(t));
        answers(t, done());
    }
};

RULE(SettingsTest, nobodyElseHasThem, shareSettings)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    sets(a, t, "SET TimeZone = 'UTC'");
    says(b, query("select 1"));
    isAligned(t, "RESET timezone;");
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(done(), got(b));
    says(a, query("select 2"));
    isAligned(t, "SET timezone='UTC';");
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
}

RULE(SettingsTest, theyFollowToANewConnection, openBare)
{
    database(2);
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    sets(a, t, "set search_path to x, y");
    says(b, query("begin"));
    isAligned(t, "RESET search_path;");
    got(t);
    answers(t, done('T'));
    says(a, query("select 1"));
    const TargetId other = signedIn("u");
    isAligned(other, "SET search_path=x, y;");
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(other));
}

RULE(SettingsTest, whatIsRefusedIsNotSet, setRefused)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, query("set timezone = 'nowhere'") + query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("set timezone = 'nowhere'"), got(t));
    answers(t, message('E', "C1") + ready('I'));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
}

RULE(SettingsTest, discardAllRestoresThem, keepDiscarded)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    sets(a, t, "set timezone = 'UTC'");
    sets(a, t, "discard all");
    says(b, query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
    answers(t, done());
    says(a, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
}

TEST(SettingsTest, whoIsRefusedThemHasAnotherConnection)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    sets(a, t, "set statement_timeout = 1");
    says(b, query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("RESET statement_timeout;"), got(t));
    answers(t, message('E', "C57014") + ready('I'));
    CPPUNIT_ASSERT(isClosed(t));
    const TargetId other = signedIn("u");
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(other));
}

TEST(SettingsTest, aFreshConnectionThatRefusesThemIsTheirClientsError)
{
    database(2);
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    sets(a, t, "set statement_timeout = 1");
    says(b, query("begin"));
    isAligned(t, "RESET statement_timeout;");
    got(t);
    answers(t, done('T'));
    says(a, query("select 1"));
    const TargetId other = signedIn("u");
    got(other);
    answers(other, message('E', "C57014") + ready('I'));
    CPPUNIT_ASSERT(isClosed(other));
    CPPUNIT_ASSERT_EQUAL('E', got(a).front());
}

RULE(SettingsTest, inATransactionTheyAreSetWithItsEnd, forgetCommitted)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    inTransaction(a, t, {"set timezone = 'UTC'", "select 1", "set search_path = x"});
    commits(a, t);
    says(b, query("select 1"));
    isAligned(t, "RESET search_path;RESET timezone;");
    answersAll(t);
    says(a, query("select 2"));
    isAligned(t, "SET search_path=x;SET timezone='UTC';");
}

RULE(SettingsTest, whatIsRolledBackIsNotSet, keepRolledBack)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    for (const char* end : {"rollback", "commit"}) // of a transaction that has failed
    {
        inTransaction(a, t, {"set timezone = 'UTC'"});
        says(a, query(end));
        got(t);
        answers(t, ended("ROLLBACK"));
        got(a);
    }
    const ClientId b = further("u");
    says(b, query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t)); // the connection is as it was
    answersAll(t);
    says(a, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
}

RULE(SettingsTest, whatMayBeUndoneInPartPins, forgetDivision)
{
    for (const std::vector<const char*>& said :
         {std::vector<const char*>{"savepoint s", "set timezone = 'UTC'"},
          std::vector<const char*>{"set timezone = 'UTC'", "commit and chain"},
          std::vector<const char*>{"set timezone = 'UTC'", "select 1; commit; begin"}})
    {
        database(2, 1);
        TargetId t;
        const ClientId a = first("u", t);
        inTransaction(a, t, said);
        commits(a, t);
        const ClientId b = asks(startup("u"));
        const TargetId other = signedIn("u");
        says(b, query("select 1"));
        CPPUNIT_ASSERT_EQUAL(query("select 1"), got(other)); // the first one stays its client's
    }
}

RULE(SettingsTest, anEndInALaterPartPins, loseChanges)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    inTransaction(a, t, {"set timezone = 'UTC'"});
    says(a, message('H', ""));
    got(t);
    says(a, message('P', '\0' + std::string("commit") + std::string(3, '\0')) + message('B', std::string(8, '\0')) +
                message('E', std::string(5, '\0')) + message('S', ""));
    got(t);
    answers(t, ended("COMMIT"));
    const ClientId b = asks(startup("u"));
    const TargetId other = signedIn("u");
    says(b, query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(other)); // the first one stays its client's
}

RULE(SettingsTest, aNameThatIsKnownMayEndATransaction, forgetKnownNames)
{
    const std::string prepares =
        message('P', 's' + std::string(1, '\0') + "commit" + std::string(3, '\0')) + message('S', "");
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    says(a, prepares);
    got(t);
    answers(t, message('1', "") + ready('I'));
    says(b, prepares);
    CPPUNIT_ASSERT_EQUAL(message('1', "") + ready('I'), got(b)); // the target need not be asked
    inTransaction(b, t, {"set timezone = 'UTC'"});
    commits(b, t);
    assertPinned(b, t);
}

RULE(SettingsTest, whatWasAskedBehindAnEndDividesTheNextTransaction, forgetEarlyDivision)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    inTransaction(a, t, {});
    says(a, query("commit") + query("begin") + query("savepoint s"));
    for (const char status : {'I', 'T', 'T'})
        answers(t, done(status));
    got(t);
    got(a);
    says(a, query("set timezone = 'UTC'"));
    got(t);
    answers(t, done('T'));
    commits(a, t);
    assertPinned(a, t);
}

RULE(SettingsTest, whatOneBringsBackInATransactionPins, keepResetAll)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    inTransaction(a, t, {"reset all"});
    commits(a, t);
    assertPinned(a, t);
}

RULE(SettingsTest, beforeASavepointTheyAreNotUndone)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    inTransaction(a, t, {"set timezone = 'UTC'", "savepoint s", "rollback to savepoint s", "release s"});
    commits(a, t);
    says(b, query("select 1"));
    isAligned(t, "RESET timezone;");
}

} // namespace proximux
