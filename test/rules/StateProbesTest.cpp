#include "rules/DatabaseRules.h"

#include <proximux/protocol/postgresql/SessionProbe.h>

namespace proximux
{

/// Only what the target says ends the pin of a client, which may have ended what it had.
class StateProbesTest : public DatabaseRules
{
protected:
    static std::string question() { return std::string(postgresql::SessionProbe().question()); }

    /// has: of channels, locks, temporary things, statements, cursors and roles: t or f.
    static std::string row(const std::string& has)
    {
        std::string body{'\0', static_cast<char>(has.size())};
        for (const char value : has)
            body += std::string("\0\0\0\1", 4) + value;
        return message('T', "x") + message('D', body);
    }

    static std::string has(const std::string& what) { return row(what) + done(); }

    /// A client that has done this on its connection.
    ClientId pinnedBy(const std::string& sql, TargetId& t)
    {
        database(2, 1);
        const ClientId a = first("u", t);
        does(a, t, sql);
        return a;
    }

    void does(ClientId client, TargetId t, const std::string& sql, char status = 'I')
    {
        says(client, query(sql));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, query(sql), got(t));
        answers(t, done(status));
        CPPUNIT_ASSERT_EQUAL(done(status), got(client));
    }

    /// Another client is served on this connection.
    void isForAll(TargetId t)
    {
        const ClientId other = asks(startup("u"));
        says(other, query("select 'all'"));
        CPPUNIT_ASSERT_EQUAL(query("select 'all'"), got(t));
        answers(t, done());
    }

    void isPinned(TargetId t)
    {
        const ClientId other = asks(startup("u"));
        says(other, query("select 'all'"));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
        exchange->clientLost(other, now);
    }
};

RULE(StateProbesTest, whatTheTargetStillHasPins, believeUnlisten)
{
    TargetId t;
    const ClientId a = pinnedBy("listen x", t);
    does(a, t, "unlisten y");
    CPPUNIT_ASSERT_EQUAL(question(), got(t));
    answers(t, has("tffff"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    isPinned(t);
    does(a, t, "unlisten x");
    CPPUNIT_ASSERT_EQUAL(question(), got(t));
    answers(t, has("fffff"));
    isForAll(t);
}

TEST(StateProbesTest, eachReasonIsAskedFor)
{
    const std::vector<std::pair<std::string, std::string>> all{
        {"listen x", "unlisten x"},
        {"select pg_advisory_lock(1)", "select pg_advisory_unlock(1)"},
        {"create temp table t (a int)", "drop table t"},
        {"prepare s as select 1", "deallocate s"},
        {"set role r", "reset role"}};
    for (std::size_t i = 0; i < all.size(); ++i)
    {
        TargetId t;
        const ClientId a = pinnedBy(all[i].first, t);
        for (const char found : {'t', 'f'})
        {
            does(a, t, all[i].second);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(all[i].second, question(), got(t));
            std::string flags = "fffff";
            flags[i] = found;
            answers(t, has(flags));
            if (found == 't')
                isPinned(t);
        }
        isForAll(t);
    }
}

TEST(StateProbesTest, nothingIsSentBeforeTheTargetHasAnswered)
{
    TargetId t;
    const ClientId a = pinnedBy("listen x", t);
    does(a, t, "unlisten x");
    CPPUNIT_ASSERT_EQUAL(question(), got(t));
    says(a, query("select 1"));
    answers(t, row("fffff"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(done(), got(a));
}

RULE(StateProbesTest, whatCannotBeAskedForStays, probeUnknown)
{
    TargetId t;
    const ClientId a = pinnedBy("listen x", t);
    does(a, t, "select my_function()");
    does(a, t, "unlisten x");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    isPinned(t);
}

TEST(StateProbesTest, aStatementThatLeavesStateWheneverItIsExecutedPins)
{
    TargetId t;
    const ClientId a = pinnedBy("listen x", t);
    const std::string prepare = message('P', std::string("s\0set role r\0\0\0", 16)) + message('S', "");
    says(a, prepare);
    got(t);
    answers(t, message('1', "") + ready('I'));
    got(a);
    does(a, t, "unlisten x");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

TEST(StateProbesTest, notWithinATransaction)
{
    TargetId t;
    const ClientId a = pinnedBy("begin", t);
    does(a, t, "create temp table t (a int)", 'T');
    does(a, t, "drop table t", 'T');
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    does(a, t, "commit");
    CPPUNIT_ASSERT_EQUAL(question(), got(t));
    answers(t, has("fffff"));
    isForAll(t);
}

TEST(StateProbesTest, whatIsNoAnswerEndsTheConnection)
{
    for (const std::string& wrong : {message('D', "x"), has("xffff"), has("ffff"), row("fffff") + ready('T'),
                                     row("fffff") + has("fffff"), std::string("Q\0\0\0\4", 5), message('X', "")})
    {
        TargetId t;
        const ClientId a = pinnedBy("listen x", t);
        does(a, t, "unlisten x");
        answers(t, wrong);
        CPPUNIT_ASSERT_MESSAGE(wrong, isClosed(t));
        CPPUNIT_ASSERT(!world.has(a) || world.client(a).fin);
    }
}

TEST(StateProbesTest, whereTheTargetDoesNotSayItThePinStays)
{
    TargetId t;
    const ClientId a = pinnedBy("listen x", t);
    does(a, t, "unlisten x");
    CPPUNIT_ASSERT_EQUAL(question(), got(t));
    answers(t, message('E', std::string("SERROR\0\0", 8)) + ready('I'));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    isPinned(t);
    does(a, t, "select 1");
}

TEST(StateProbesTest, notificationsThatComeMeanwhileAreTheClients)
{
    TargetId t;
    const ClientId a = pinnedBy("listen x", t);
    got(t);
    does(a, t, "unlisten y");
    const std::string notification = message('A', std::string("\0\0\0\1x\0\0", 7));
    answers(t, row("tffff") + message('C', std::string("OK\0", 3)) + notification + ready('I'));
    CPPUNIT_ASSERT_EQUAL(notification, got(a));
}

TEST(StateProbesTest, aLeaverOfWhomIsAskedTakesItsConnectionWithIt)
{
    TargetId t;
    const ClientId a = pinnedBy("listen x", t);
    does(a, t, "unlisten x");
    exchange->clientLost(a, now);
    CPPUNIT_ASSERT(isClosed(t));
}

TEST(StateProbesTest, aTargetThatIsSilentAboutItIsLeft)
{
    TargetId t;
    const ClientId a = pinnedBy("listen x", t);
    does(a, t, "unlisten x");
    passes(MultiplexerSettings().connectTimeout);
    CPPUNIT_ASSERT(isClosed(t));
    CPPUNIT_ASSERT(!world.has(a) || world.client(a).fin);
}

} // namespace proximux
