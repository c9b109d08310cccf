#include "support/Test.h"

#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/SessionSettings.h>

#include <string>
#include <utility>

using namespace proximux;
using postgresql::SettingChange;
using postgresql::settingChangeIn;
using State = LoginAnswer::State;

/// Settings of a session that are made again on another connection.
class PostgresqlSettingsTest : public CppUnit::TestCase
{
protected:
    static void assertSets(const char* sql, const std::string& name, const std::string& value)
    {
        const auto change = settingChangeIn(sql);
        CPPUNIT_ASSERT_MESSAGE(sql, change && change->kind == SettingChange::Kind::set);
        CPPUNIT_ASSERT_EQUAL(name, change->name);
        CPPUNIT_ASSERT_EQUAL(value, change->value);
    }

    static void assertResets(const char* sql, SettingChange::Kind kind, const std::string& name)
    {
        const auto change = settingChangeIn(sql);
        CPPUNIT_ASSERT_MESSAGE(sql, change && change->kind == kind && change->name == name);
    }

    static State heard(const std::string& said)
    {
        postgresql::SettingsDialog dialog("SET a=1;");
        CPPUNIT_ASSERT_EQUAL(postgresql::message('Q', std::string("SET a=1;\0", 9)), dialog.opening());
        return dialog.hear(said).state;
    }
};

TEST(PostgresqlSettingsTest, whatIsSetIsReadAsItIsWritten)
{
    assertSets("set work_mem = '64MB'", "work_mem", "'64MB'");
    assertSets("SET SESSION Extra_Float_Digits TO 3 ;", "extra_float_digits", "3");
    assertSets("/* a */ set search_path=a, \"B c\" , public -- end\n", "search_path", "a, \"B c\" , public");
    assertSets("set time zone -7.5", "timezone", "-7.5");
    assertSets("SET TIME ZONE 'Europe/Rome'", "timezone", "'Europe/Rome'");
    assertSets("set names 'utf8'", "client_encoding", "'utf8'");
    assertSets("set schema 's'", "search_path", "'s'");
    assertSets("set a to on", "a", "on");
    assertSets("set a = E'x\\'y'", "a", "E'x\\'y'");
}

TEST(PostgresqlSettingsTest, whatIsResetIsRead)
{
    assertResets("reset Work_Mem;", SettingChange::Kind::reset, "work_mem");
    assertResets("reset time zone", SettingChange::Kind::reset, "timezone");
    assertResets("set time zone local", SettingChange::Kind::reset, "timezone");
    assertResets("set a = default", SettingChange::Kind::reset, "a");
    assertResets("reset all", SettingChange::Kind::resetAll, "");
    assertResets("DISCARD ALL;", SettingChange::Kind::resetAll, "");
}

TEST(PostgresqlSettingsTest, whatMayMeanSomethingElseElsewhereIsNone)
{
    for (const char* sql : {"",
                            "set",
                            "set a",
                            "set a =",
                            "set a = ;",
                            "set a = 1; select 1",
                            "select 1; set a = 1",
                            "set local a = 1",
                            "set role = x",
                            "set role x",
                            "set session role x",
                            "set session authorization x",
                            "set seed to 0.5",
                            "set my.own = 1",
                            "set \"a\" = 1",
                            "set a = f(1)",
                            "set a = 'x\\y'",
                            "set a = '\xc3\xa4'",
                            "set a = b -- c\n, d",
                            "set a = b /* c */ , d",
                            "set transaction_isolation = 'serializable'",
                            "set temp_buffers = 100",
                            "set session characteristics as transaction read only",
                            "set time zone interval '1' hour",
                            "set time 1",
                            "set xml option document",
                            "reset",
                            "reset role",
                            "reset my.own",
                            "reset session authorization",
                            "reset time",
                            "discard",
                            "discard plans",
                            "discard all all",
                            "select set_config('a', 'b', false)",
                            "set a = $1"})
        CPPUNIT_ASSERT_MESSAGE(sql, !settingChangeIn(sql));
    CPPUNIT_ASSERT(!settingChangeIn("set a = '" + std::string(600, 'x') + "'"));
}

TEST(PostgresqlSettingsTest, changesAddUp)
{
    const SessionSettings first{{"application_name", "''"}};
    const auto after = [&first](const SessionSettings& settings, const char* sql)
    { return postgresql::changed(settings, *settingChangeIn(sql), first); };
    const SessionSettings one{{"application_name", "''"}, {"a", "1"}};
    CPPUNIT_ASSERT(after(first, "set a = 1") == one);
    CPPUNIT_ASSERT(after(one, "set a = 1") == one);
    CPPUNIT_ASSERT(after(one, "reset a") == first);
    CPPUNIT_ASSERT(after(one, "reset b") == one);
    CPPUNIT_ASSERT(after(one, "discard all") == first);
    CPPUNIT_ASSERT(!after(one, "reset application_name")); // it would be that of whoever has opened the connection
    CPPUNIT_ASSERT(after({{"datestyle", "ISO"}}, "set datestyle = ISO"));
    CPPUNIT_ASSERT(!after({{"datestyle", "ISO"}}, "set datestyle = DMY")); // both hold
    SessionSettings many;
    for (int i = 0; i < 32; ++i)
        many["s" + std::to_string(i)] = "1";
    CPPUNIT_ASSERT(after(many, "set s1 = 2"));
    CPPUNIT_ASSERT(!after(many, "set t = 2"));
}

TEST(PostgresqlSettingsTest, alignmentChangesWhatDiffers)
{
    using postgresql::alignment;
    CPPUNIT_ASSERT_EQUAL(std::string(), alignment({{"a", "1"}}, {{"a", "1"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("RESET b;SET a=2;SET c='x';"),
                         alignment({{"a", "1"}, {"b", "1"}}, {{"a", "2"}, {"c", "'x'"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("RESET datestyle;SET datestyle=DMY;"),
                         alignment({{"datestyle", "ISO"}}, {{"datestyle", "DMY"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("E'it''s a \\\\'"), postgresql::literal("it's a \\"));
}

TEST(PostgresqlSettingsTest, theTargetAgreesToAllOrNothing)
{
    using postgresql::message;
    const std::string done = message('C', "SET") + message('S', std::string("a\0b\0", 4));
    CPPUNIT_ASSERT(heard(done) == State::more);
    CPPUNIT_ASSERT(heard(done + message('Z', "I")) == State::accepted);
    CPPUNIT_ASSERT(heard(done + message('Z', "T")) == State::refused);
    CPPUNIT_ASSERT(heard(done + message('E', "C1") + message('Z', "I")) == State::refused);
    CPPUNIT_ASSERT(heard(message('D', "x")) == State::refused);
    CPPUNIT_ASSERT(heard("C\xff\xff\xff\xff") == State::refused);
    CPPUNIT_ASSERT(heard(std::string("C\0\0\0\3", 5)) == State::refused);
}
