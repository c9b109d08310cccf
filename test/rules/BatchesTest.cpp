#include "rules/DatabaseRules.h"

namespace proximux
{

/// Messages of a database up to their Sync are one request, of which a part may be passed on before the rest comes.
class BatchesTest : public DatabaseRules
{
protected:
    static std::string parse(const std::string& sql) { return message('P', '\0' + sql + std::string(3, '\0')); }
    static std::string prepare(const std::string& name, const std::string& sql)
    {
        return message('P', name + '\0' + sql + std::string(3, '\0'));
    }
    static std::string run() { return bind("") + message('E', std::string(5, '\0')); }
    static std::string bind(const std::string& name, const std::string& parameter = "")
    {
        return message('B', '\0' + name + std::string(7, '\0') + parameter);
    }
    static std::string bound() { return message('2', ""); }
    static std::string sync() { return message('S', ""); }
    static std::string flush() { return message('H', ""); }
    static std::string refusal() { return bind("proximux/none"); }
    static std::string refused()
    {
        return postgresql::errorMessage("ERROR", "26000", "\"proximux/none\" is not there");
    }

    /// Its error, and then whatever comes.
    static void assertError(const std::string& code, const std::string& rest, const std::string& said)
    {
        CPPUNIT_ASSERT_EQUAL('E', said.front());
        CPPUNIT_ASSERT(said.find("C" + code + '\0') != std::string::npos);
        CPPUNIT_ASSERT(said.find("proximux/none") == std::string::npos);
        CPPUNIT_ASSERT_EQUAL(rest, said.substr(said.size() - rest.size()));
    }
};

RULE(BatchesTest, aBatchBeyondTheBufferIsPassedOnInParts)
{
    requestBuffer = 100;
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    std::string batch = parse("select 1");
    says(a, batch);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    while (batch.size() < 100)
    {
        says(a, run());
        batch += run();
    }
    CPPUNIT_ASSERT_EQUAL(batch, got(t));
    says(b, query("select 2"));
    says(a, run().substr(0, 10));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t)); // whole messages alone
    says(a, run().substr(10) + sync());
    CPPUNIT_ASSERT_EQUAL(run() + sync(), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(done(), got(a));
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
}

RULE(BatchesTest, whatCameBeforeAPauseIsPassedOn)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, parse("select 1") + run());
    passes(Duration::milliseconds(9));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(a, run() + run().substr(0, 3));
    passes(Duration::milliseconds(9));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t)); // it was no pause
    passes(Duration::milliseconds(1));
    CPPUNIT_ASSERT_EQUAL(parse("select 1") + run() + run(), got(t));
    says(a, run().substr(3));
    CPPUNIT_ASSERT_EQUAL(run(), got(t));
    says(a, sync());
    CPPUNIT_ASSERT_EQUAL(sync(), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(done(), got(a));
}

RULE(BatchesTest, aPauseBehindAnotherRequestOfItsClientWaitsForThat)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, query("select 1") + parse("select 2"));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
    passes(Duration::milliseconds(20));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(parse("select 2"), got(t));
}

RULE(BatchesTest, aPartThatWaitsIsNotGoneOnWith)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    says(b, query("begin"));
    got(t);
    answers(t, done('T'));
    says(a, parse("select 1") + flush() + run() + sync());
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(b, query("commit"));
    got(t);
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(parse("select 1") + flush() + run() + sync(), got(t));
}

RULE(BatchesTest, aClientIsNotWaitedForWhileItsTargetWorks, blameClient)
{
    queueTimeout = Duration::off();
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    const std::string parsed = message('1', "");
    const std::string complete = message('C', std::string("OK\0", 3));
    says(a, parse("select 1") + run() + flush() + parse("select 2"));
    passes(Duration::milliseconds(10));
    got(t);
    says(b, query("select 3"));
    answers(t, parsed + bound());
    passes(Duration::seconds(100));
    CPPUNIT_ASSERT_EQUAL(parsed + bound(), got(a)); // the target is to speak
    answers(t, complete);
    passes(Duration::seconds(59));
    CPPUNIT_ASSERT_EQUAL(complete, got(a));
    passes(Duration::seconds(1)); // of what was not asked for by Flush nothing may come
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.closedClients.count(a.slot));
}

RULE(BatchesTest, whatFollowsAnErrorIsNotAwaited)
{
    queueTimeout = Duration::off();
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    says(a, parse("select bad") + run() + flush());
    says(b, query("select 3"));
    answers(t, message('E', "C1"));
    got(a);
    says(a, run() + flush());
    got(t);
    passes(Duration::seconds(60));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.closedClients.count(a.slot));
}

RULE(BatchesTest, whatComesLaterIsRefusedInItsPlace, passRefused)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, parse("select 1") + run() + flush());
    CPPUNIT_ASSERT_EQUAL(parse("select 1") + run() + flush(), got(t));
    says(a, parse("listen x") + run() + parse("select 2") + flush());
    CPPUNIT_ASSERT_EQUAL(refusal(), got(t));
    answers(t, bound() + refused());
    assertError("0A000", "", got(a).substr(bound().size()));
    says(a, parse("select 3") + sync() + query("select 4"));
    CPPUNIT_ASSERT_EQUAL(sync(), got(t));
    answers(t, ready('I'));
    CPPUNIT_ASSERT_EQUAL(ready('I'), got(a));
    CPPUNIT_ASSERT_EQUAL(query("select 4"), got(t));
}

RULE(BatchesTest, aStatementThatFailedItselfIsTold, hideErrors)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, parse("select bad") + flush());
    got(t);
    says(a, parse("listen x") + sync());
    CPPUNIT_ASSERT_EQUAL(refusal() + sync(), got(t));
    const std::string error = postgresql::errorMessage("ERROR", "42703", "bad");
    answers(t, error + ready('I'));
    CPPUNIT_ASSERT_EQUAL(error + ready('I'), got(a));
}

RULE(BatchesTest, whatComesLaterMayPin, keepLaterPins)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first("u", t);
    says(a, parse("select 1") + flush());
    got(t);
    says(a, parse("listen x") + run() + sync());
    CPPUNIT_ASSERT_EQUAL(parse("listen x") + run() + sync(), got(t));
    answers(t, done());
    got(a);
    const ClientId b = asks(startup("u"));
    const TargetId other = signedIn("u");
    says(b, parse("select 1") + flush());
    got(other);
    got(b);
    says(b, parse("listen x") + sync()); // none is left that might be pinned
    CPPUNIT_ASSERT_EQUAL(refusal() + sync(), got(other));
    answers(other, refused() + ready('I'));
    assertError("0A000", ready('I'), got(b));
    says(b, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(other)); // the first one is the other client's
}

RULE(BatchesTest, aLargeBindIsPassedOnInPieces, shortenBind)
{
    requestBuffer = 100;
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, prepare("s", "select $1") + sync());
    got(t);
    answers(t, message('1', "") + ready('I'));
    got(a);
    const std::string parameter(1000, 'x');
    const std::string sent = bind("s", parameter);
    const std::string passed = bind("proximux/1", parameter);
    says(a, sent.substr(0, 150));
    CPPUNIT_ASSERT_EQUAL(passed.substr(0, 150 + 9), got(t));
    says(a, sent.substr(150));
    CPPUNIT_ASSERT_EQUAL(passed.substr(150 + 9), got(t));
    says(a, sent + sync());
    CPPUNIT_ASSERT_EQUAL(passed + sync(), got(t));
}

RULE(BatchesTest, aStatementBeyondTheBufferIsRefused)
{
    requestBuffer = 100;
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const std::string large = "select '" + std::string(200, 'x') + "'";
    for (const std::string& sent : {query(large), parse(large) + run() + sync()})
    {
        says(a, sent.substr(0, 150));
        says(a, sent.substr(150));
        assertError("54000", ready('I'), got(a));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    }
    says(a, parse("select 1") + flush());
    got(t);
    says(a, parse(large).substr(0, 150));
    says(a, parse(large).substr(150) + sync());
    CPPUNIT_ASSERT_EQUAL(refusal() + sync(), got(t));
    answers(t, refused() + ready('I'));
    assertError("54000", ready('I'), got(a));
}

RULE(BatchesTest, aRefusalWithinATransactionFailsIt)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, query("begin"));
    got(t);
    answers(t, done('T'));
    got(a);
    for (const std::string& sent : {query("listen x"), parse("listen x") + run() + sync()})
    {
        says(a, sent);
        CPPUNIT_ASSERT_EQUAL(refusal() + sync(), got(t));
        answers(t, refused() + ready('E'));
        assertError("0A000", ready('E'), got(a));
    }
    says(a, query("rollback"));
    CPPUNIT_ASSERT_EQUAL(query("rollback"), got(t));
}

RULE(BatchesTest, aFullBufferIsPassedOnAtOnce)
{
    requestBuffer = 100;
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const std::string whole = parse("select 1") + run() + run() + run() + run();
    says(a, whole + parse("select '" + std::string(50, 'x') + "'").substr(0, 40));
    CPPUNIT_ASSERT_EQUAL(whole, got(t));
}

RULE(BatchesTest, anErrorBeforeABatchEndsByItself, endWithBatch)
{
    requestBuffer = 100;
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, query("select 1"));
    got(t);
    says(a, bind("", std::string(1000, 'x')).substr(0, 150));
    exchange->targetLost(t, now);
    assertError("08006", ready('I'), got(a));
}

RULE(BatchesTest, whoLeavesWithinABatchCostsNobodyButItsConnection)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    says(a, parse("insert") + run());
    passes(Duration::milliseconds(10));
    CPPUNIT_ASSERT_EQUAL(parse("insert") + run(), got(t));
    exchange->clientLost(a, now);
    CPPUNIT_ASSERT(isClosed(t));
}

} // namespace proximux
