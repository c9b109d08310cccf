#include "support/MysqlSession.h"

#include <proximux/Pins.h>
#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/PingProbe.h>
#include <proximux/protocol/mysql/SharedFramers.h>
#include <proximux/protocol/mysql/SharedMysql.h>
#include <proximux/protocol/mysql/TargetDialog.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace proximux;

class MysqlSharedTest : public MysqlSession
{
protected:
    /// Its id is 1.
    void prepareOne()
    {
        const RequestTraits traits = does('\x16', "select 1");
        std::string got;
        session->translate(mysql::packetOf(1, std::string("\0\5\0\0\0\0\0\0\0\0\0\0", 12)), traits, got);
        session->told({mysql::told::PREPARED, 0});
    }
};

TEST(MysqlSharedTest, whoIsIdleIsToldOfAnEnd)
{
    begin(knowing("\"anna\" \"pencil\""));
    std::string told;
    CPPUNIT_ASSERT(!session->drained(told));
    isIn();
    CPPUNIT_ASSERT(session->drained(told));
    CPPUNIT_ASSERT_EQUAL(1053U, codeOf(told));
}

TEST(MysqlSharedTest, whatLastsPinsOrIsRefused)
{
    isIn();
    CPPUNIT_ASSERT_EQUAL(0U, query("select 1").pins);
    CPPUNIT_ASSERT_EQUAL(pins::SESSION | pins::SETTING, query("set @a = 1").pins);
    CPPUNIT_ASSERT_EQUAL(pins::SETTING, query("set timestamp = 1").pins);
    CPPUNIT_ASSERT_EQUAL(0U, query("set global max_connections = 5").pins);
    CPPUNIT_ASSERT_EQUAL(pins::LOCK, query("unlock tables").frees);
    isIn(false);
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(query("set @a = 1").reply));
    CPPUNIT_ASSERT(!query("select 1").local);
}

TEST(MysqlSharedTest, settingsAreThoseOfTheLogin)
{
    isIn();
    const RequestTraits traits = query("set autocommit = 0");
    CPPUNIT_ASSERT(traits.becomes != nullptr && traits.barrier);
    CPPUNIT_ASSERT_EQUAL(std::string("0"), traits.becomes->settings.at("autocommit"));
    session->signedIn(false);
    CPPUNIT_ASSERT_EQUAL(login->says, query("select 1").user->says);
    const std::string says = query("set autocommit = 0").becomes->says;
    session->signedIn(true);
    CPPUNIT_ASSERT_EQUAL(says, query("select 1").user->says);
    CPPUNIT_ASSERT_EQUAL(login->key, query("select 1").user->key);
    session->told({mysql::told::INSERTED, 42});
    CPPUNIT_ASSERT_EQUAL(std::string("42"), query("select last_insert_id()").user->settings.at("#inserted"));
    const RequestTraits reset = does('\x1f');
    CPPUNIT_ASSERT(reset.local && reset.resets);
    CPPUNIT_ASSERT_EQUAL(login->says, query("select 1").user->says);
}

TEST(MysqlSharedTest, whatIsNotKnownIsRefused)
{
    isIn();
    for (const char* sql :
         {"kill user anna", "select row_count()", "show count(*) warnings", "select found_rows()", "select lastval(s)"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, 1235U, codeOf(query(sql).reply));
    for (const char code : {'\x12', '\x07', '\x66'})
        CPPUNIT_ASSERT_EQUAL(1235U, codeOf(does(code, std::string(4, '\0')).reply));
    CPPUNIT_ASSERT_EQUAL(1243U, codeOf(does('\x17', std::string(9, '\1')).reply));
    CPPUNIT_ASSERT(does('\x19', std::string(4, '\1')).local); // nobody has it
    RequestTraits late;
    session->request(mysql::packetOf(1, "\3select 1"), true, late);
    CPPUNIT_ASSERT(late.last && codeOf(late.reply) == 1156);
}

TEST(MysqlSharedTest, whatAStatementHasLeftIsKnownOnItsConnection)
{
    isIn();
    const std::string none = query("show warnings").reply;
    CPPUNIT_ASSERT_EQUAL(mysql::packetOf(1, "\3"), none.substr(0, 5));
    CPPUNIT_ASSERT_EQUAL(mysql::eofPacket(6, 2), none.substr(none.size() - 9));
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(query("select @@warning_count").reply));
    query("insert into t values (1)");
    CPPUNIT_ASSERT_EQUAL(1U, query("select row_count()").home);
    CPPUNIT_ASSERT(does('\x0e').local); // a ping has changed no row
    CPPUNIT_ASSERT(query("select row_count()").local);
    query("drop table if exists t");
    session->told({mysql::told::MESSAGES, 0});
    query("select 1");
    const RequestTraits shown = query("show warnings");
    CPPUNIT_ASSERT_EQUAL(2U, shown.home);
    CPPUNIT_ASSERT(shown.elsewhere == nullptr);
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(shown.seed));
    CPPUNIT_ASSERT(does('\x17', std::string(9, '\1')).refused); // its error is none of the target's
    CPPUNIT_ASSERT(query("show warnings").refused);
    query("update t set a = 1"); // which clears all that there was
    CPPUNIT_ASSERT(query("show warnings").local && !query("show errors").refused);
}

TEST(MysqlSharedTest, anIdThatNothingTellsIsKnownOnItsConnection)
{
    isIn();
    CPPUNIT_ASSERT_EQUAL(std::string("0"), query("select last_insert_id()").user->settings.at("#inserted"));
    for (const char* sql : {"call p()", "select last_insert_id(5)", "insert into t values (1) returning a"})
    {
        const RequestTraits set = query(sql);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, std::size_t{1}, set.user->settings.count("#inserted"));
        CPPUNIT_ASSERT(set.leaves->says == login->says);
        const RequestTraits more = query(sql); // told the number of before, it would say that later
        CPPUNIT_ASSERT(more.home == 1 && more.elsewhere != nullptr);
        query("select 1");
        const RequestTraits asks = query("select last_insert_id()");
        CPPUNIT_ASSERT(asks.home == 3 && asks.elsewhere == nullptr && !asks.seed.empty());
        const RequestTraits called = query("select f()"); // which need not ask
        CPPUNIT_ASSERT(called.home == 4 && called.elsewhere != nullptr);
        session->told({mysql::told::INSERTED, 42});
        const RequestTraits known = query("select last_insert_id()");
        CPPUNIT_ASSERT_EQUAL(0U, known.home);
        CPPUNIT_ASSERT_EQUAL(std::string("42"), known.user->settings.at("#inserted"));
    }
}

TEST(MysqlSharedTest, aResetKeepsTheDatabase)
{
    isIn();
    does('\2', "store");
    session->signedIn(true);
    CPPUNIT_ASSERT(does('\x1f').resets);
    CPPUNIT_ASSERT_EQUAL(std::string("store"), query("select 1").user->settings.at("#database"));
    query("select 1; use shop"); // or not: it may fail before
    CPPUNIT_ASSERT(does('\x1f').refused);
    does('\2', "store");
    session->signedIn(false);
    CPPUNIT_ASSERT(does('\x1f').refused);
    does('\2', "store");
    session->signedIn(true);
    CPPUNIT_ASSERT(does('\x1f').resets);
}

TEST(MysqlSharedTest, anAnswerOfOursHasTheStatusOfTheSession)
{
    isIn();
    session->told({mysql::told::STATUS, 0, 0x8203});
    session->held(pins::LEASE);
    prepareOne();
    CPPUNIT_ASSERT_EQUAL(mysql::okPacket(1, 0x8203), does('\x1a', std::string("\1\0\0\0", 4)).reply);
    session->held(0);
    CPPUNIT_ASSERT_EQUAL(mysql::okPacket(1, 0x8202), does('\x0e').reply);
}

TEST(MysqlSharedTest, aConnectionThatIsReleasedEndsItsClient)
{
    isIn();
    for (const char* sql : {"commit release", "rollback work release", "commit and no chain release"})
        CPPUNIT_ASSERT_MESSAGE(sql, (query(sql).hint & mysql::hint::RELEASES) != 0);
    for (const char* sql : {"commit no release", "rollback to release", "rollback to savepoint release", "commit",
                            "rollback and chain release"})
        CPPUNIT_ASSERT_MESSAGE(sql, (query(sql).hint & mysql::hint::RELEASES) == 0);
}

TEST(MysqlSharedTest, ofALargeStatementAllIsLookedAt)
{
    isIn();
    const std::string text = "\3select '" + std::string(100000, 'x') + "', @a := 1";
    const std::string whole = mysql::packetOf(0, text);
    RequestTraits traits;
    session->request(Bytes(whole).substr(0, 50000), false, traits);
    CPPUNIT_ASSERT_EQUAL(pins::UNKNOWN, traits.pins);
    CPPUNIT_ASSERT(traits.inParts && traits.frees == pins::UNKNOWN);
    CPPUNIT_ASSERT_EQUAL(0U, session->goesOn(Bytes(whole).substr(50000, 50000), true).pins);
    CPPUNIT_ASSERT_EQUAL(pins::SESSION, session->goesOn(Bytes(whole).substr(100000), true).pins);
}

TEST(MysqlSharedTest, requestsEndWithTheirMessages)
{
    const std::string one = command('\3', "select 1");
    mysql::SharedRequestFramer framer;
    CPPUNIT_ASSERT(framer.feed(one.substr(0, 5)).kind == Kind::partial);
    CPPUNIT_ASSERT(framer.feed(one.substr(5) + one).taken == one.size() - 5);
    framer.resume();
    const std::string file = mysql::packetOf(2, "line") + mysql::packetOf(3, "") + one;
    const auto progress = framer.feed(file);
    CPPUNIT_ASSERT(progress.kind == Kind::complete);
    CPPUNIT_ASSERT_EQUAL(file.size() - one.size(), progress.taken);
}

TEST(MysqlSharedTest, responsesSayWhatIsLeftBehind)
{
    const auto answered = [](const std::string& bytes, std::uint32_t hint)
    {
        mysql::SharedResponseFramer framer;
        framer.expect(hint | 1U << mysql::hint::NUMBER_AT);
        std::string left = bytes;
        for (Framer::Progress progress; progress.kind == Kind::partial;)
        {
            progress = framer.feed(left);
            CPPUNIT_ASSERT(progress.kind != Kind::malformed && progress.taken > 0);
            left.erase(0, progress.taken);
        }
        CPPUNIT_ASSERT_EQUAL(std::string(), left);
        return framer.traits();
    };
    const std::uint32_t query = mysql::code::QUERY;
    CPPUNIT_ASSERT_EQUAL(pins::LEASE, answered(mysql::okPacket(1, 3), query).begun);
    CPPUNIT_ASSERT_EQUAL(pins::LEASE, answered(mysql::okPacket(1, 2), query).ended);
    const std::string changed = mysql::packetOf(1, std::string("\0\0\0\2\x40\0\0\0\3\2\1"
                                                               "1",
                                                               12));
    CPPUNIT_ASSERT_EQUAL(pins::SESSION, answered(changed, query).begun);
    CPPUNIT_ASSERT_EQUAL(0U, answered(changed, query | mysql::hint::CHANGES).begun);
    const ResponseTraits failed = answered(mysql::errorPacket(1, 1062, "23000", "Duplicate"), query);
    CPPUNIT_ASSERT_EQUAL(pins::LEASE, failed.begun & failed.doubts);
    const ResponseTraits second =
        answered(mysql::okPacket(1, 2 | 8) + mysql::errorPacket(2, 1064, "42000", "no"), query);
    CPPUNIT_ASSERT((second.tells.what & mysql::told::STATUS) != 0 && second.tells.status == (2 | 8));
    const std::string rows = mysql::packetOf(1, "\1") + mysql::packetOf(2, "column") + mysql::eofPacket(3, 2) +
                             mysql::packetOf(4, "\1x") + mysql::eofPacket(5, 3);
    CPPUNIT_ASSERT_EQUAL(pins::LEASE, answered(rows, query).begun);
    const std::string prepared = mysql::packetOf(1, std::string("\0\5\0\0\0\0\0\0\0\0\0\0", 12));
    const std::uint32_t release = mysql::code::QUERY | mysql::hint::RELEASES;
    CPPUNIT_ASSERT(answered(mysql::okPacket(1, 2), release).closesClient);
    CPPUNIT_ASSERT(!answered(mysql::errorPacket(1, 1399, "XAE07", "no"), release).closesClient);
    CPPUNIT_ASSERT_EQUAL(mysql::told::PREPARED, answered(prepared, mysql::code::STMT_PREPARE).tells.what);
}

TEST(MysqlSharedTest, aFileIsGivenToATargetOnlyIfItsClientOffersOne)
{
    const std::string wanted = mysql::packetOf(1, "\xfb/etc/passwd");
    for (const std::uint32_t offered : {0U, mysql::hint::FILE})
    {
        mysql::SharedResponseFramer framer;
        framer.expect(mysql::code::QUERY | 1U << mysql::hint::NUMBER_AT | offered);
        Framer::Progress progress;
        for (std::string left = wanted; progress.kind == Kind::partial && !left.empty(); left.erase(0, progress.taken))
            progress = framer.feed(left);
        CPPUNIT_ASSERT((progress.kind == Kind::malformed) == (offered == 0));
    }
}

TEST(MysqlSharedTest, whatAnswersNothingIsNoResponse)
{
    mysql::SharedResponseFramer framer;
    CPPUNIT_ASSERT(framer.feed(mysql::okPacket(0, 2)).kind == Kind::malformed);
    mysql::SharedResponseFramer ended;
    CPPUNIT_ASSERT(ended.feed(mysql::errorPacket(0, 1053, "08S01", "shutdown")).kind == Kind::complete);
    CPPUNIT_ASSERT(ended.traits().notice.kind == Notice::Kind::error);
    mysql::SharedResponseFramer late;
    late.expect(mysql::code::QUERY | 1U << mysql::hint::NUMBER_AT);
    CPPUNIT_ASSERT(late.feed(mysql::errorPacket(0, 4031, "HY000", "timeout")).kind == Kind::malformed);
}

TEST(MysqlSharedTest, aPingTellsWhetherATransactionIsOpen)
{
    mysql::PingProbe probe;
    CPPUNIT_ASSERT(probe.hear("\7\0").state == StateProbe::State::more);
    CPPUNIT_ASSERT_EQUAL(0U, probe.hear(mysql::okPacket(1, 2)).reasons);
    CPPUNIT_ASSERT_EQUAL(pins::LEASE, probe.hear(mysql::okPacket(1, 3)).reasons);
    CPPUNIT_ASSERT(probe.hear(mysql::errorPacket(1, 1053, "08S01", "x")).state == StateProbe::State::broken);
}

TEST(MysqlSharedTest, secretsAreNotShown)
{
    const mysql::SharedMysql protocol;
    CPPUNIT_ASSERT(protocol.isSecret(mysql::packetOf(1, "login")));
    CPPUNIT_ASSERT(protocol.isSecret(command('\x17', "values")));
    CPPUNIT_ASSERT(!protocol.isSecret(command('\3', "select 1")));
    CPPUNIT_ASSERT(protocol.isSecret(command('\3', "set password = 'Geheim'")));
    CPPUNIT_ASSERT_EQUAL(std::string("error 1062: Duplicate"),
                         protocol.describeResponse(mysql::errorPacket(1, 1062, "23000", "Duplicate"), 100));
}
