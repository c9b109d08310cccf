#include "support/MysqlSession.h"

#include <proximux/Number.h>
#include <proximux/Pins.h>
#include <proximux/protocol/mysql/LaneStatements.h>
#include <proximux/protocol/mysql/SharedFramers.h>

#include <memory>
#include <string>

using namespace proximux;

/// A client that prepares statements, and a connection on which they are executed.
class MysqlPreparedTest : public MysqlSession
{
protected:
    /// A statement that its client has prepared on a connection, where it has this id; returns the client's.
    std::uint32_t prepares(mysql::LaneStatements& lane, const std::string& sql, std::uint32_t id,
                           unsigned parameters = 0)
    {
        const RequestTraits traits = does('\x16', sql);
        CPPUNIT_ASSERT(traits.fitted && traits.translated && traits.barrier);
        const std::string asked = command('\x16', sql);
        CPPUNIT_ASSERT_EQUAL(asked, sent(lane, asked, traits));
        lane.prepared(id);
        std::string payload(1, '\0');
        appendNumber(payload, id, 4, ByteOrder::little);
        appendNumber(payload, 0, 2);
        appendNumber(payload, parameters, 2, ByteOrder::little);
        std::string got;
        session->translate(mysql::packetOf(1, payload + std::string(3, '\0')), traits, got);
        session->told({mysql::told::PREPARED, 0});
        return static_cast<std::uint32_t>(numberAt(got, mysql::HEADER + 1, 4, ByteOrder::little));
    }

    std::string sent(mysql::LaneStatements& lane, const std::string& message, const RequestTraits& traits)
    {
        std::string text;
        session->fit(message, true, traits, lane, text);
        return text;
    }

    static std::string withId(char code, std::uint32_t id, const std::string& more = "")
    {
        std::string text;
        appendNumber(text, id, 4, ByteOrder::little);
        return command(code, text + more);
    }

    static std::string execute(std::uint32_t id, char flags = 0, const std::string& values = "")
    {
        return withId('\x17', id, std::string(1, flags) + std::string("\1\0\0\0", 4) + values);
    }

    RequestTraits says(const std::string& message)
    {
        RequestTraits traits;
        session->request(message, true, traits);
        return traits;
    }

    static unsigned idIn(const std::string& message)
    {
        return static_cast<unsigned>(numberAt(message, mysql::HEADER + 1, 4, ByteOrder::little));
    }

    mysql::LaneStatements one;
    mysql::LaneStatements other;
    mysql::LaneStatements third;
};

TEST(MysqlPreparedTest, aConnectionThatHasNotGotAStatementPreparesIt)
{
    isIn();
    const std::uint32_t id = prepares(one, "select 1", 77);
    const RequestTraits traits = says(execute(id));
    CPPUNIT_ASSERT_EQUAL(0U, traits.pins);
    CPPUNIT_ASSERT(session->prelude(execute(id), traits, one).dialog == nullptr);
    CPPUNIT_ASSERT_EQUAL(execute(77), sent(one, execute(id), traits));
    for (const std::size_t piece : {1, 3, 1000})
    {
        mysql::LaneStatements lane;
        Prelude prelude = session->prelude(execute(id), traits, lane);
        CPPUNIT_ASSERT_EQUAL(command('\x16', "select 1"), prelude.dialog->opening());
        const std::string answer = mysql::packetOf(1, std::string("\0\5\0\0\0\1\0\0\0\0\0\0", 12)) +
                                   mysql::packetOf(2, "column") + mysql::eofPacket(3, 2);
        std::string came;
        LoginDialog::Step step;
        for (std::size_t at = 0; at < answer.size() && step.state == State::more; at += piece)
        {
            came += answer.substr(at, piece);
            step = prelude.dialog->hear(came);
            came.erase(0, step.taken);
        }
        CPPUNIT_ASSERT(step.state == State::accepted && came.empty());
        CPPUNIT_ASSERT(session->prelude(execute(id), traits, lane).dialog == nullptr);
        CPPUNIT_ASSERT_EQUAL(execute(5), sent(lane, execute(id), traits));
    }
}

TEST(MysqlPreparedTest, whatATargetRefusesToPrepareIsTheErrorOfItsExecution)
{
    isIn();
    const std::uint32_t id = prepares(one, "select a from t", 1);
    const RequestTraits traits = says(execute(id));
    Prelude prelude = session->prelude(execute(id), traits, other);
    const std::string error = mysql::errorPacket(1, 1146, "42S02", "no such table");
    CPPUNIT_ASSERT(prelude.dialog->hear(error).state == State::accepted);
    CPPUNIT_ASSERT_EQUAL(error, session->prelude(execute(id), traits, other).reply);
    CPPUNIT_ASSERT(session->prelude(execute(id), traits, other).dialog != nullptr); // it is tried again
    Prelude fewer = session->prelude(execute(id), traits, other);
    fewer.dialog->hear(mysql::packetOf(1, std::string("\0\5\0\0\0\0\0\1\0\0\0\0", 12)) + mysql::packetOf(2, "column") +
                       mysql::eofPacket(3, 2));
    CPPUNIT_ASSERT_EQUAL(1615U, codeOf(session->prelude(execute(id), traits, other).reply));
}

TEST(MysqlPreparedTest, aTextIsPreparedWithTheSettingsThatItsClientHadThen)
{
    isIn();
    query("use shop");
    session->signedIn(true);
    const std::uint32_t id = prepares(one, "select a from t", 1);
    query("use store");
    session->signedIn(true);
    const RequestTraits traits = says(execute(id));
    CPPUNIT_ASSERT(session->prelude(execute(id), traits, one).dialog == nullptr);
    Prelude prelude = session->prelude(execute(id), traits, other);
    CPPUNIT_ASSERT_EQUAL(command('\2', "shop"), prelude.dialog->opening());
    CPPUNIT_ASSERT_EQUAL(command('\x16', "select a from t"), prelude.dialog->hear(mysql::okPacket(1, 2)).says);
    const auto step = prelude.dialog->hear(mysql::packetOf(1, std::string("\0\5\0\0\0\0\0\0\0\0\0\0", 12)));
    CPPUNIT_ASSERT_EQUAL(command('\2', "store"), step.says);
    CPPUNIT_ASSERT(prelude.dialog->hear(mysql::okPacket(1, 2)).state == State::accepted);
    Prelude gone = session->prelude(execute(id), traits, third);
    CPPUNIT_ASSERT(gone.dialog->hear(mysql::errorPacket(1, 1049, "42000", "no such database")).state ==
                   State::accepted);
    CPPUNIT_ASSERT_EQUAL(1049U, codeOf(session->prelude(execute(id), traits, third).reply));
    query("set names utf8");
    session->signedIn(true);
    const std::uint32_t named = prepares(one, "select 'a'", 2);
    query("set names latin1");
    session->signedIn(true);
    query("set character_set_results = null");
    session->signedIn(true);
    Prelude results = session->prelude(execute(named), says(execute(named)), other);
    CPPUNIT_ASSERT(results.dialog->opening().find("utf8") != std::string::npos);
    results.dialog->hear(mysql::okPacket(1, 2));
    const auto restored = results.dialog->hear(mysql::packetOf(1, std::string("\0\6\0\0\0\0\0\0\0\0\0\0", 12))).says;
    CPPUNIT_ASSERT_MESSAGE(restored, restored.find("character_set_results") > restored.find("latin1"));
    const RequestTraits later = says(execute(id));
    CPPUNIT_ASSERT_EQUAL(1615U, codeOf(session->prelude(execute(id), later, third).reply));
}

TEST(MysqlPreparedTest, typesAreThoseOfItsOwnClient)
{
    isIn();
    const std::uint32_t id = prepares(one, "select ?", 9, 1);
    const std::string bound = std::string("\0\1\x8\0", 4);
    CPPUNIT_ASSERT_EQUAL(1210U, codeOf(says(execute(id, 0, std::string("\0\0", 2) + "12345678")).reply));
    CPPUNIT_ASSERT_EQUAL(1835U, codeOf(says(execute(id, 0, std::string("\0\1\x8", 3))).reply));
    CPPUNIT_ASSERT_EQUAL(1835U, codeOf(says(execute(id)).reply));
    const std::string first = execute(id, 0, bound + "12345678");
    CPPUNIT_ASSERT_EQUAL(execute(9, 0, bound + "12345678"), sent(one, first, says(first)));
    const std::string next = execute(id, 0, std::string("\0\0", 2) + "abcdefgh");
    CPPUNIT_ASSERT_EQUAL(execute(9, 0, bound + "abcdefgh"), sent(one, next, says(next)));
}

TEST(MysqlPreparedTest, aCursorIsItsClientsOwn)
{
    isIn();
    const std::uint32_t id = prepares(one, "select 1", 5);
    CPPUNIT_ASSERT_EQUAL(1421U, codeOf(says(withId('\x1c', id, "1234")).reply));
    const RequestTraits opens = says(execute(id, 1));
    CPPUNIT_ASSERT(opens.pins == pins::STATEMENT && opens.frees == pins::STATEMENT); // unless there is a cursor then
    sent(one, execute(id, 1), opens);
    session->told({mysql::told::CURSOR | mysql::told::STATUS, 0, 2});
    session->held(pins::STATEMENT);
    mysql::ClientStatement another;
    another.what = std::make_shared<mysql::Prepared>("select 1", login->settings, mysql::Effects());
    another.number = 99;
    CPPUNIT_ASSERT(!one.find(another, false));
    const std::string fetch = withId('\x1c', id, "1234");
    const RequestTraits fetched = says(fetch);
    CPPUNIT_ASSERT_EQUAL(pins::STATEMENT, fetched.frees);
    CPPUNIT_ASSERT_EQUAL(withId('\x1c', 5, "1234"), sent(one, fetch, fetched));
    one.release();
    session->told({mysql::told::AT_REST, 0});
    CPPUNIT_ASSERT(one.find(another, false));
    CPPUNIT_ASSERT(says(fetch).local);
    CPPUNIT_ASSERT_EQUAL(0U, says(execute(id)).frees);
}

TEST(MysqlPreparedTest, whatIsClosedWithACursorIsClosedThere)
{
    isIn();
    const std::uint32_t plain = prepares(one, "select 1", 5);
    const std::uint32_t id = prepares(one, "select 2", 6);
    CPPUNIT_ASSERT(says(withId('\x19', plain)).local);
    CPPUNIT_ASSERT_EQUAL(1243U, codeOf(says(execute(plain)).reply));
    sent(one, execute(id, 1), says(execute(id, 1)));
    session->told({mysql::told::CURSOR | mysql::told::STATUS, 0, 2});
    session->held(pins::STATEMENT);
    const RequestTraits traits = says(withId('\x19', id));
    CPPUNIT_ASSERT(!traits.local && traits.frees == pins::STATEMENT);
    CPPUNIT_ASSERT_EQUAL(withId('\x19', 6), sent(one, withId('\x19', id), traits));
}

TEST(MysqlPreparedTest, whatWaitsToBeClosedIsNotForgottenMeanwhile)
{
    isIn();
    const std::uint32_t plain = prepares(one, "select 1", 5);
    const std::uint32_t id = prepares(one, "select 2", 6);
    sent(one, execute(id, 1), says(execute(id, 1)));
    session->told({mysql::told::CURSOR | mysql::told::STATUS, 0, 2});
    session->held(pins::STATEMENT);
    const RequestTraits closing = says(withId('\x19', id));
    for (int i = 0; i < 3; ++i)
        CPPUNIT_ASSERT(says(withId('\x1a', plain)).local);
    CPPUNIT_ASSERT_EQUAL(withId('\x19', 6), sent(one, withId('\x19', id), closing));
}

TEST(MysqlPreparedTest, oneThatWasPreparedByItsTextKeepsTheConnection)
{
    isIn();
    CPPUNIT_ASSERT((query("prepare s from 'select 1'").pins & pins::STATEMENT) != 0);
    session->held(pins::STATEMENT | pins::SESSION);
    const std::uint32_t id = prepares(one, "select 1", 5);
    CPPUNIT_ASSERT_EQUAL(0U, says(execute(id, 1)).frees);
}

TEST(MysqlPreparedTest, thoseUsedLastAreKept)
{
    isIn();
    std::vector<std::uint32_t> ids;
    for (std::uint32_t n = 0; n < 200; ++n)
        ids.push_back(prepares(one, "select " + std::to_string(n), 1000 + n));
    sent(one, execute(ids[0]), says(execute(ids[0])));
    const RequestTraits traits = does('\x16', "select 'more'");
    CPPUNIT_ASSERT_EQUAL(withId('\x19', 1001) + command('\x16', "select 'more'"),
                         sent(one, command('\x16', "select 'more'"), traits));
    CPPUNIT_ASSERT(session->prelude(execute(ids[0]), says(execute(ids[0])), one).dialog == nullptr);
    CPPUNIT_ASSERT(session->prelude(execute(ids[1]), says(execute(ids[1])), one).dialog != nullptr);
    one.forget();
    CPPUNIT_ASSERT(session->prelude(execute(ids[0]), says(execute(ids[0])), one).dialog != nullptr);
}

TEST(MysqlPreparedTest, theSameTextIsPreparedOnceOnAConnection)
{
    isIn();
    const std::uint32_t first = prepares(one, "select 1", 5);
    const std::uint32_t again = prepares(one, "select 1", 6);
    CPPUNIT_ASSERT(first != again);
    CPPUNIT_ASSERT_EQUAL(withId('\x19', 6) + execute(5), sent(one, execute(again), says(execute(again))));
}

TEST(MysqlPreparedTest, partsThatCouldNotBeSentAreTheErrorOfTheExecution)
{
    isIn();
    const std::uint32_t id = prepares(one, "select ?", 5, 1);
    const std::string part = withId('\x18', id, std::string("\0\0", 2) + "abc");
    const RequestTraits traits = says(part);
    CPPUNIT_ASSERT(!traits.answered && traits.pins == pins::STATEMENT);
    Prelude prelude = session->prelude(part, traits, other);
    prelude.dialog->hear(mysql::errorPacket(1, 1146, "42S02", "no such table"));
    const Prelude behind = session->prelude(part, traits, other);
    CPPUNIT_ASSERT(behind.dialog == nullptr && behind.fails && behind.reply.empty());
    const std::string run = execute(id, 0, std::string("\0\1\xfc\0", 4));
    CPPUNIT_ASSERT_EQUAL(1146U, codeOf(session->prelude(run, says(run), other).reply));
    CPPUNIT_ASSERT(says(withId('\x1a', id)).local); // no connection has anything of it
    isIn(false);
    const std::uint32_t mine = prepares(one, "select ?", 5, 1);
    CPPUNIT_ASSERT(says(withId('\x18', mine, std::string("\0\0", 2) + "abc")).local);
    const std::string use = execute(mine, 0, std::string("\0\1\xfc\0", 4));
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(session->prelude(use, says(use), one).reply));
}

TEST(MysqlPreparedTest, partsOfOneAreNotThoseOfAnother)
{
    isIn();
    const std::uint32_t a = prepares(one, "select ?", 5, 1);
    const std::uint32_t b = prepares(one, "select ?, 2", 6, 1);
    for (const std::uint32_t id : {a, b})
    {
        const std::string part = withId('\x18', id, std::string("\0\0", 2) + "abc");
        CPPUNIT_ASSERT_EQUAL(pins::STATEMENT, says(part).pins);
    }
    CPPUNIT_ASSERT_EQUAL(0U, says(withId('\x19', b)).frees);
    session->held(0); // what was asked about before
    const RequestTraits reset = says(withId('\x1a', a));
    CPPUNIT_ASSERT(!reset.local && reset.frees == pins::STATEMENT);
    session->told({mysql::told::AT_REST, 0});
    CPPUNIT_ASSERT(says(withId('\x1a', a)).local);
}

TEST(MysqlPreparedTest, whatIsBehindALargeRequestWaitsForItsAnswer)
{
    isIn();
    RequestTraits traits;
    const std::string large = command('\3', "select '" + std::string(100000, 'x') + "'");
    session->request(Bytes(large).substr(0, 50000), false, traits);
    CPPUNIT_ASSERT(traits.barrier);
}

TEST(MysqlPreparedTest, whatIsPassedOnInPiecesIsWhatMayHaveAnySize)
{
    isIn();
    const std::uint32_t id = prepares(one, "select ?", 5, 1);
    const std::string part = withId('\x18', id, std::string("\0\0", 2) + "abc");
    sent(one, part, says(part));
    const std::string hidden = std::string(5, '\0') + command('\3', "select 'hidden'");
    for (const bool whole : {true, false})
    {
        RequestTraits closed;
        session->request(withId('\x19', id, hidden), whole, closed);
        CPPUNIT_ASSERT(closed.local && closed.reply.empty());
        for (const char code : {'\x1a', '\x1c'})
        {
            RequestTraits traits;
            session->request(withId(code, id, hidden), whole, traits);
            CPPUNIT_ASSERT_EQUAL(1243U, codeOf(traits.reply));
        }
    }
    CPPUNIT_ASSERT(!says(withId('\x1a', id)).local); // it is there, as before
}

TEST(MysqlPreparedTest, aStatementMeansWhatItsSessionIs)
{
    isIn();
    prepares(one, "select \"a\"", 5);
    query("set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')");
    session->held(pins::SETTING);
    const std::uint32_t id = prepares(one, "select \"a\"", 6);
    CPPUNIT_ASSERT_EQUAL(execute(6), sent(one, execute(id), says(execute(id))));
    session->held(0);
    CPPUNIT_ASSERT_EQUAL(execute(6), sent(one, execute(id), says(execute(id))));
}

TEST(MysqlPreparedTest, whatWasNotSentHasLeftNothing)
{
    isIn();
    const std::uint32_t id = prepares(one, "select sql_calc_found_rows 1", 5);
    const RequestTraits traits = says(execute(id));
    session->unsent(traits);
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(query("select found_rows()").reply));
    query("insert into t values (1)");
    session->unsent(traits);
    CPPUNIT_ASSERT_EQUAL(1235U, codeOf(query("select row_count()").reply));
}

TEST(MysqlPreparedTest, aMessageIsAsLongAsItsTypesAllow)
{
    isIn();
    const std::uint32_t id = prepares(one, "select ?", 9, 1);
    const std::string bound = std::string("\0\1\x8\0", 4);
    says(execute(id, 0, bound + "12345678"));
    const std::string large = execute(id, 0, std::string("\0\0", 2) + std::string(0xFFFFFF - 14, 'x'));
    CPPUNIT_ASSERT_EQUAL(1153U, codeOf(says(large).reply));
}
