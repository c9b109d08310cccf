#include "rules/DatabaseRules.h"

namespace proximux
{

/// A client's prepared statements follow it to whichever connection serves it.
class PreparedTest : public DatabaseRules
{
protected:
    static std::string parse(const std::string& name, const std::string& sql)
    {
        return message('P', name + '\0' + sql + std::string(3, '\0'));
    }

    static std::string run(const std::string& name)
    {
        return message('B', '\0' + name + std::string(7, '\0')) + message('E', std::string(5, '\0'));
    }

    static std::string close(const std::string& name) { return message('C', 'S' + name + '\0'); }
    static std::string sync() { return message('S', ""); }
    static std::string parsed() { return message('1', ""); }
    static std::string bound() { return message('2', ""); }

    void prepares(ClientId client, TargetId t, const std::string& name, const std::string& sql)
    {
        says(client, parse(name, sql) + sync());
        got(t);
        answers(t, parsed() + ready('I'));
        CPPUNIT_ASSERT_EQUAL(parsed() + ready('I'), got(client));
    }

    /// A client in a transaction has the first connection; the other one is at rest.
    TargetId second(TargetId first)
    {
        const ClientId other = further("u");
        says(other, query("begin"));
        got(first);
        answers(first, done('T'));
        const ClientId opener = asks(startup("u"));
        const TargetId t = signedIn("u");
        CPPUNIT_ASSERT(isWelcome(opener));
        return t;
    }
};

RULE(PreparedTest, aNameMeansTheTextThatItsClientGaveIt, swapStatements)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    prepares(a, t, "s", "select 1");
    prepares(b, t, "s", "select 2");
    says(a, run("s") + sync());
    CPPUNIT_ASSERT_EQUAL(run("proximux/1") + sync(), got(t));
    answers(t, bound() + done());
    says(b, run("s") + sync());
    CPPUNIT_ASSERT_EQUAL(run("proximux/2") + sync(), got(t));
}

RULE(PreparedTest, whatWePrepareIsAnsweredToNobody, deliverPrepared)
{
    database(2);
    TargetId t;
    const ClientId a = first("u", t);
    prepares(a, t, "s", "select 1");
    const TargetId other = second(t);
    says(a, run("s") + sync());
    CPPUNIT_ASSERT_EQUAL(parse("proximux/1", "select 1") + run("proximux/1") + sync(), got(other));
    answers(other, parsed() + bound() + done());
    CPPUNIT_ASSERT_EQUAL(bound() + done(), got(a));
}

RULE(PreparedTest, whatWasNotPreparedIsNotThere, trustParse)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const std::string error = message('E', "C42601");
    says(a, parse("s", "select bad") + sync());
    got(t);
    answers(t, error + ready('I'));
    got(a);
    says(a, parse("s", "select bad") + sync());
    CPPUNIT_ASSERT_EQUAL(parse("proximux/2", "select bad") + sync(), got(t));
}

RULE(PreparedTest, whatWasDiscardedIsPreparedAnew, keepDiscardedStatements)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    prepares(a, t, "s", "select 1");
    says(b, query("discard all"));
    got(t);
    answers(t, message('C', std::string("DISCARD ALL\0", 12)) + ready('I'));
    got(b);
    says(a, run("s") + sync());
    CPPUNIT_ASSERT_EQUAL(parse("proximux/2", "select 1") + run("proximux/2") + sync(), got(t));
}

RULE(PreparedTest, otherSettingsAreAnotherStatement, mixSettings)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    prepares(a, t, "s", "select 1");
    says(a, query("set search_path = x"));
    got(t);
    answers(t, done());
    got(a);
    says(a, run("s") + sync());
    CPPUNIT_ASSERT_EQUAL(parse("proximux/2", "select 1") + run("proximux/2") + sync(), got(t));
}

RULE(PreparedTest, aStatementIsKnownOnlyWhenATargetHasAgreed, answerAnyParse)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    says(a, parse("s", "select bad") + sync());
    got(t);
    answers(t, message('E', "C42601") + ready('I'));
    says(b, parse("s", "select bad") + sync());
    CPPUNIT_ASSERT_EQUAL(parse("proximux/2", "select bad") + sync(), got(t));
    answers(t, parsed() + ready('I')); // now it may be prepared
    got(b);
    const ClientId c = further("u");
    says(c, parse("t", "select bad") + sync());
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    CPPUNIT_ASSERT_EQUAL(parsed() + ready('I'), got(c));
}

RULE(PreparedTest, whatASessionHasOfItsOwnIsNobodyElses, shareOwn)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    prepares(a, t, "s", "select date '1.2.3'");
    says(a, query("begin; set local datestyle = german") + parse("own", "select date '1.2.3'") + sync());
    got(t);
    answers(t, done('T'));
    CPPUNIT_ASSERT_EQUAL(parse("proximux/2", "select date '1.2.3'") + sync(), got(t)); // it means something else now
    answers(t, parsed() + ready('T'));
    says(a, query("commit"));
    got(t);
    answers(t, done());
    says(b, parse("t", "select date '1.2.3'") + run("t") + sync());
    CPPUNIT_ASSERT_EQUAL(close("proximux/none") + run("proximux/1") + sync(), got(t));
}

} // namespace proximux
