#include "support/MysqlSession.h"

#include <proximux/protocol/mysql/Kill.h>
#include <proximux/protocol/mysql/Packets.h>

#include <string>

using namespace proximux;

class MysqlKillTest : public MysqlSession
{
protected:
    static constexpr std::uint64_t OWN = (1U << 30U) + 7;
};

TEST(MysqlKillTest, onlyPlainFormsAreRead)
{
    for (const char* sql : {"kill 5", "KILL 5", " kill\t5 ; ", "kill connection 5", "Kill Connection 5;"})
    {
        const auto kill = mysql::killIn(sql);
        CPPUNIT_ASSERT_MESSAGE(sql, kill && kill->number == 5 && kill->evicts);
    }
    for (const char* sql : {"kill query 5", "KILL QUERY 5\n"})
    {
        const auto kill = mysql::killIn(sql);
        CPPUNIT_ASSERT_MESSAGE(sql, kill && kill->number == 5 && !kill->evicts);
    }
    for (const char* sql :
         {"kill", "kill query", "kill hard 5", "kill soft query 5", "kill user anna", "kill query id 5", "kill -5",
          "kill 5 5", "kill 5; kill 6", "kill @a", "kill connection_id()", "kill '5'", "kill 0x5", "kill 5e1",
          "kill 5 /* 6 */", "kill 99999999999999999999", "kills 5", ""})
        CPPUNIT_ASSERT_MESSAGE(sql, !mysql::killIn(sql));
}

TEST(MysqlKillTest, numbersThatAreShownAreNobodysElse)
{
    for (const std::uint64_t client : {1ULL, 7ULL, 1000000ULL, (1ULL << 30U) - 1})
    {
        CPPUNIT_ASSERT_EQUAL(client, mysql::clientShown(mysql::shownNumber(client)));
        CPPUNIT_ASSERT(mysql::shownNumber(client) < 1ULL << 31U); // where numbers are signed, too
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, mysql::clientShown(client));
    }
    CPPUNIT_ASSERT(mysql::shownNumber((5ULL << 30U) + 3) < 1ULL << 31U);
}

TEST(MysqlKillTest, whoAsksForItsNumberGetsTheOneThatIsShown)
{
    isIn();
    CPPUNIT_ASSERT_EQUAL(OWN, mysql::readGreeting(Bytes(greeting).substr(4))->connection);
    for (const std::string name : {"connection_id()", "CONNECTION_ID()", "Connection_Id ( )"})
    {
        const RequestTraits traits = query("select " + name + " ;");
        CPPUNIT_ASSERT_MESSAGE(name, traits.local && !traits.refused);
        CPPUNIT_ASSERT_EQUAL(mysql::oneNumber(name, OWN, 1, 2, false), traits.reply);
        CPPUNIT_ASSERT(traits.reply.find("\x0a" + std::to_string(OWN)) != std::string::npos);
    }
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(query("select found_rows()").reply)); // it has left nothing that another knows
    for (const char* other : {"select connection_id(), 1", "select connection_id", "select connection_id() from t",
                              "select connection_id(1)", "set @a = connection_id()"})
        CPPUNIT_ASSERT_MESSAGE(other, !query(other).local);
}

TEST(MysqlKillTest, itIsRefusedWhereThatIsSet)
{
    kills = false;
    isIn();
    for (const std::string& sql : {std::string("kill 8"), "kill query " + std::to_string(OWN + 1)})
        CPPUNIT_ASSERT_EQUAL(1235U, codeOf(query(sql).reply));
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(does('\x0c', std::string("\1\0\0\x40", 4)).reply));
}

TEST(MysqlKillTest, whatIsSentIsAStatement)
{
    isIn();
    for (const std::string& sql : {"kill " + std::to_string(OWN + 1), "kill query " + std::to_string(OWN + 1)})
    {
        const RequestTraits traits = query(sql);
        CPPUNIT_ASSERT(!traits.local && traits.stops == 8 && traits.pins == 0 && traits.awaited);
        CPPUNIT_ASSERT_EQUAL(sql.find("query") == std::string::npos, traits.evicts);
        CPPUNIT_ASSERT_EQUAL(mysql::okPacket(1, 2), traits.reply);
        CPPUNIT_ASSERT_EQUAL(1094U, codeOf(traits.seed));
    }
    CPPUNIT_ASSERT_EQUAL(1094U, codeOf(query("kill 8").reply));
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(does('\x16', "kill 8").reply));
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(query("select 1; kill 8").reply));
}
