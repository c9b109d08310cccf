#include "rules/DatabaseRules.h"

namespace proximux
{

/// A user whom the list of users has not is let in with the secret that a target tells.
class LookupsTest : public DatabaseRules
{
protected:
    LookupsTest()
    {
        logins.method = AuthMethod::password;
        logins.lookup = {"select secret($1)", "keeper", "people"};
    }

    static std::string asksFor(const std::string& user)
    {
        const std::string size(1, static_cast<char>(user.size()));
        return message('P', '\0' + std::string("select secret($1)") + std::string(3, '\0')) +
               message('B', std::string("\0\0\0\0\0\1\0\0\0", 9) + size + user + std::string(2, '\0')) +
               message('E', std::string(5, '\0')) + message('S', "");
    }

    /// The columns of a row: the user, and this; null: NULL.
    static std::string row(const char* secret)
    {
        std::string body("\0\2\0\0\0\1u", 7);
        if (secret == nullptr)
            return message('D', body + std::string(4, '\xff'));
        const std::string text = secret;
        return message('D', body + std::string(3, '\0') + static_cast<char>(text.size()) + text);
    }

    static std::string told(const std::string& rows)
    {
        return message('1', "") + message('2', "") + rows + message('C', std::string("SELECT 1\0", 9)) + ready('I');
    }

    static std::string asksPassword() { return message('R', std::string("\0\0\0\3", 4)); }
    static std::string password(const std::string& text) { return message('p', text + '\0'); }

    /// A connection of whoever may ask is asked for this user.
    TargetId isAsked(const std::string& user)
    {
        const TargetId t = opens();
        postgresql::Startup startup;
        startup.user = "keeper";
        startup.database = "people";
        startup.applicationName = "proximux";
        CPPUNIT_ASSERT_EQUAL(startup.packetFor("keeper"), got(t));
        answers(t, welcome());
        CPPUNIT_ASSERT_EQUAL(asksFor(user), got(t));
        return t;
    }

    /// It gets this error, behind which it is closed.
    void assertRefused(ClientId client, const std::string& code)
    {
        passes(Duration::seconds(1));
        const std::string said = got(client);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(said, 'E', said.front());
        CPPUNIT_ASSERT(said.find("SFATAL") != std::string::npos && said.find("C" + code) != std::string::npos);
        CPPUNIT_ASSERT(world.client(client).fin);
    }
};

RULE(LookupsTest, whoeverHasItsSecretComesIn)
{
    database(2);
    const ClientId a = asks(startup("anna"));
    const TargetId keeper = isAsked("anna");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(keeper, told(row("pencil")));
    CPPUNIT_ASSERT_EQUAL(asksPassword(), got(a));
    says(a, password("pencil"));
    signedIn("anna");
    CPPUNIT_ASSERT(isWelcome(a));
    const ClientId b = asks(startup("bert"));
    CPPUNIT_ASSERT_EQUAL(asksFor("bert"), got(keeper)); // the same connection
    answers(keeper, told(row("pen")));
    CPPUNIT_ASSERT_EQUAL(asksPassword(), got(b));
    says(b, password("pencil"));
    assertRefused(b, "28P01");
}

RULE(LookupsTest, nobodyIsToldWhetherAUserExists)
{
    for (const char* secret : {"", "SCRAM-SHA-256$nonsense"})
    {
        database();
        const ClientId a = asks(startup("anna"));
        answers(isAsked("anna"), told(row(secret)));
        CPPUNIT_ASSERT_EQUAL(asksPassword(), got(a));
        says(a, password(secret));
        assertRefused(a, "28P01");
    }
    for (const std::string& rows : {std::string(), row(nullptr), row("pencil") + row("pencil"), message('D', "")})
    {
        database();
        const ClientId a = asks(startup("anna"));
        answers(isAsked("anna"), told(rows));
        CPPUNIT_ASSERT_EQUAL(asksPassword(), got(a));
        says(a, password("pencil"));
        assertRefused(a, "28P01");
    }
}

RULE(LookupsTest, anErrorLetsNobodyIn)
{
    database();
    const ClientId a = asks(startup("anna"));
    const TargetId t = isAsked("anna");
    answers(t, message('1', "") + message('E', "C42501") + ready('I'));
    CPPUNIT_ASSERT_EQUAL(asksPassword(), got(a));
    says(a, password("pencil"));
    assertRefused(a, "28P01");
    CPPUNIT_ASSERT(!isClosed(t));
}

RULE(LookupsTest, aLostAnswerEndsTheClient)
{
    database();
    const ClientId a = asks(startup("anna"));
    const TargetId t = isAsked("anna");
    exchange->targetLost(t, now);
    assertRefused(a, "08006");
}

RULE(LookupsTest, inPiecesItIsTakenWhole)
{
    database(2);
    const ClientId a = asks(startup("anna"));
    const TargetId t = isAsked("anna");
    for (const char byte : told(row("pencil")))
    {
        CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
        answers(t, std::string(1, byte));
    }
    CPPUNIT_ASSERT_EQUAL(asksPassword(), got(a));
}

RULE(LookupsTest, whoDoesNotWaitForItIsRefused)
{
    database();
    const ClientId a = asks(startup("anna"));
    const TargetId t = isAsked("anna");
    says(a, password("pencil") + query("select 1"));
    answers(t, told(row("pencil")));
    assertRefused(a, "08P01");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

RULE(LookupsTest, whoAsksIsNotLookedUp)
{
    database();
    const ClientId a = asks(startup("keeper"));
    CPPUNIT_ASSERT_EQUAL(asksPassword(), got(a));
    says(a, password(""));
    assertRefused(a, "28P01");
}

} // namespace proximux
