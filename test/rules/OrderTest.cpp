#include "rules/Rules.h"

namespace proximux
{

/// Requests are served in the order of their arrival, whole, and as many at once as the pipeline takes.
class OrderTest : public Rules
{
};

TEST(OrderTest, servesInOrderOfArrival)
{
    line();
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n2\n");
    says(b, "3\n");
    says(a, "4\n");
    const TargetId t = opens();
    for (const char* expected : {"1\n", "2\n", "3\n", "4\n"})
    {
        CPPUNIT_ASSERT_EQUAL(std::string(expected), got(t));
        answers(t, std::string("A") + expected);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\nA4\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("A3\n"), got(b));
}

TEST(OrderTest, hasOneInFlightWhereExclusive)
{
    line();
    const ClientId a = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(join(), "2\n");
    says(a, "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, exchange->usage().queued);
}

TEST(OrderTest, hasAsManyInFlightAsThePipelineTakes)
{
    line(1, 3);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n2\n");
    says(b, "3\n4\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n3\n"), got(t));
    answers(t, "A1\nA");
    CPPUNIT_ASSERT_EQUAL(std::string("4\n"), got(t));
    answers(t, "2\nA3\nA4\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("A3\nA4\n"), got(b));
}

TEST(OrderTest, keepsARequestUntilItIsWhole)
{
    line();
    const ClientId a = join();
    says(a, "ha");
    says(a, "lf");
    CPPUNIT_ASSERT(world.dialled.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, exchange->usage().kept);
    says(join(), "other\n");
    const TargetId t = opens();
    says(a, "\nne");
    CPPUNIT_ASSERT_EQUAL(std::string("other\n"), got(t));
    answers(t, "\n");
    CPPUNIT_ASSERT_EQUAL(std::string("half\n"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, exchange->usage().kept);
}

TEST(OrderTest, passesAResponseOnAsItComes)
{
    line();
    const ClientId a = join();
    says(a, "x\n");
    const TargetId t = opens();
    answers(t, "lo");
    CPPUNIT_ASSERT_EQUAL(std::string("lo"), got(a));
    answers(t, "ng\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ng\n"), got(a));
}

TEST(OrderTest, inFunnelOneRequestOfAClientStandsInLine)
{
    line(2);
    const ClientId greedy = join();
    const ClientId other = join();
    const ClientId modest = join();
    says(greedy, "g1\ng2\ng3\n");
    says(other, "o1\n");
    const auto dialled = world.dialled;
    opens();
    says(modest, "m1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("g1\n"), got(dialled[0]));
    CPPUNIT_ASSERT_EQUAL(std::string("o1\n"), got(dialled[1]));
    answers(dialled[1], "A\n"); // g2 stands before m1, but may only go where g1 is
    CPPUNIT_ASSERT_EQUAL(std::string("m1\n"), got(dialled[1]));
    answers(dialled[0], "A\n");
    CPPUNIT_ASSERT_EQUAL(std::string("g2\n"), got(dialled[0]));
}

RULE(OrderTest, aClientStandsInLineOnceInFunnel, unfair)
{
    named("line", 2, 1);
    for (const char* busy : {"1\n", "2\n"})
        says(join(), busy);
    const TargetId t = opens();
    const ClientId a = join();
    says(a, "a\nb\n");
    says(join(), "c\n");
    got(t);
    for (const char* sent : {"a\n", "c\n", "b\n"})
    {
        answers(t, "-\n");
        CPPUNIT_ASSERT_EQUAL(std::string(sent), got(t));
    }
}

RULE(OrderTest, nothingIsServedBehindTheLastRequest, serveBehindLast)
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get());
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(get(), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    CPPUNIT_ASSERT(world.client(a).fin);
}

} // namespace proximux
