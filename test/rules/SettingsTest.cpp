#include "rules/DatabaseRules.h"

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

TEST(SettingsTest, aTransactionKeepsWhatItSets)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    sets(a, t, "set a = 1");
    says(a, query("begin"));
    got(t);
    answers(t, done('T'));
    got(a);
    says(a, query("set b = 2"));
    got(t);
    answers(t, done('T'));
    got(a);
    says(a, query("commit"));
    got(t);
    answers(t, done());
    got(a);
    const ClientId b = asks(startup("u"));
    const TargetId other = signedIn("u");
    says(b, query("select 1"));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(other)); // the first one is tied
}

TEST(SettingsTest, theNameOfAnApplicationNeedsNoConnectionOfItsOwn)
{
    database();
    TargetId t;
    first("u", t);
    postgresql::Startup named;
    named.user = named.database = "u";
    named.applicationName = "it's";
    const ClientId b = asks(named.packetFor("u"));
    isAligned(t, "SET application_name=E'it''s';");
    CPPUNIT_ASSERT(isWelcome(b));
}

} // namespace proximux
