#include "rules/Rules.h"

namespace proximux
{

/// Before its first request a connection is told the prologue, and must answer it as configured.
class ProloguesTest : public Rules
{
};

TEST(ProloguesTest, saysAPrologueFirst)
{
    Options options;
    options.protocol = "resp";
    options.exchange.prologues = {{command({"AUTH", "x"}) + command({"SELECT", "2"}), "+OK\r\n+OK\r\n"}};
    begin(options);
    const ClientId a = join();
    says(a, command({"GET", "a"}));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(command({"AUTH", "x"}) + command({"SELECT", "2"}), got(t));
    answers(t, "+OK\r\n+O");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "K\r\n");
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(t));
    answers(t, "+a\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+a\r\n"), got(a));
}

TEST(ProloguesTest, aPrologueThatIsSentSlowly)
{
    Options options;
    options.protocol = "resp";
    options.exchange.prologues.push_back({"hello\r\n", "+OK\r\n"});
    begin(options);
    const ClientId a = join();
    says(a, command({"PING"}));
    const TargetId t = world.dialled.back();
    world.dialled.clear();
    world.target(t).held = false;
    world.target(t).room = 3;
    exchange->targetOpened(t, now);
    takes(t, 2);
    answers(t, "+OK\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), got(t));
    world.target(t).room = 1000;
    takes(t, 2);
    CPPUNIT_ASSERT_EQUAL("\r\n" + command({"PING"}), got(t));
    answers(t, "+PONG\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+PONG\r\n"), got(a));
}

TEST(ProloguesTest, aPrologueThatIsRefusedIsAFailedAttempt)
{
    for (const bool silent : {false, true})
    {
        Options options;
        options.protocol = "resp";
        options.exchange.prologues = {{command({"AUTH", "x"}), "+OK\r\n"}};
        begin(options);
        says(join(), command({"GET", "a"}));
        const TargetId t = opens();
        if (silent)
            pass(Duration::seconds(30));
        else
            answers(t, "-WRONGPASS x\r\n");
        assertClosed(t, CloseReason::prologueRefused, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string(silent ? "" : "-WRONGPASS x\r\n"), world.malformed);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.refusals);
        world.dialled.clear();
        CPPUNIT_ASSERT(pass(Duration{0}) > now); // it is left alone for a while
        CPPUNIT_ASSERT(world.dialled.empty());
    }
}

TEST(ProloguesTest, aTargetThatOnlyClosesIsLeftAlone)
{
    named("resp");
    const ClientId a = join();
    says(a, command({"GET", "a"}));
    const TargetId t = world.dialled.back();
    world.target(t).ends = true; // it has closed as soon as it had accepted
    opens();
    assertClosed(t, CloseReason::targetEnded, How::finish);
    CPPUNIT_ASSERT(world.dialled.empty());
    CPPUNIT_ASSERT(pass(Duration{0}) > now);
    pass(Duration::seconds(1));
    answers(opens(), "+a\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+a\r\n"), got(a));
}

} // namespace proximux
