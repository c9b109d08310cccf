#include "support/Test.h"

#include "MysqlMessages.h"
#include "WatchRecorder.h"

#include <proximux/protocol/mysql/SessionWatcher.h>

#include <algorithm>

using namespace proximux;
using namespace proximux::mysql::test;
using namespace std::string_literals;

namespace
{

constexpr std::size_t FULL = 0xFFFFFF;

/// A watcher behind a login.
class Watched
{
public:
    explicit Watched(const WatchLimits& limits = {}, std::uint64_t capabilities = BASE)
        : watcher(recorder, limits)
    {
        for (const Step& step : loggedIn(capabilities))
            step.fromClient ? client(step.bytes) : target(step.bytes);
        recorder = {};
    }

    void client(const std::string& bytes) { feed(bytes, &Watcher::fromClient); }
    void target(const std::string& bytes) { feed(bytes, &Watcher::fromTarget); }

    WatchRecorder recorder;
    mysql::SessionWatcher watcher;
    Instant now;

private:
    /// In reads of the size that sockets give.
    void feed(Bytes bytes, void (Watcher::*side)(Bytes, Instant))
    {
        constexpr std::size_t READ = 65536;
        for (std::size_t at = 0; at < bytes.size(); at += READ)
            (watcher.*side)(bytes.substr(at, READ), now);
        now = now + Duration::milliseconds(1);
    }
};

} // namespace

/// Sizes, times and limits.
class MysqlSizesTest : public CppUnit::TestCase
{
};

TEST(MysqlSizesTest, countsAllBytesWithTheirHeaders)
{
    Watched watched;
    const std::string request = query("SELECT 1");
    const std::string response = answer({"\1"s, column("a"), eof(), text("1"), eof()});
    watched.client(request);
    watched.target(response);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{request.size()}, watched.recorder.requestSizes.at(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{request.size()}, watched.recorder.responses.at(0).requestSize);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{response.size()}, watched.recorder.responses.at(0).responseSize);
}

TEST(MysqlSizesTest, measuresTimesFromTheRequestsLastByte)
{
    Watched watched;
    const std::string request = query("SELECT 1");
    watched.client(request.substr(0, 3));
    watched.client(request.substr(3)); // a millisecond later
    watched.now = watched.now + Duration::milliseconds(4);
    const std::string response = answer({"\1"s, column("a"), eof(), eof()});
    watched.target(response.substr(0, 1));
    watched.target(response.substr(1, 9));
    watched.target(response.substr(10));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{5000}, watched.recorder.responses.at(0).firstByte.us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{7000}, watched.recorder.responses.at(0).whole.us);
}

TEST(MysqlSizesTest, countsFileWithItsRequest)
{
    Watched watched;
    const std::string request = query("LOAD DATA LOCAL INFILE 'f' INTO TABLE t");
    const std::string file = packets(2, std::string(1000, 'x')) + packets(3, "");
    watched.client(request);
    watched.target(answer({"\xFB"
                           "f"}));
    watched.client(file);
    watched.target(answer({ok()}, 4));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{request.size()}, watched.recorder.requestSizes.at(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{request.size() + file.size()}, watched.recorder.responses.at(0).requestSize);
}

TEST(MysqlSizesTest, takesRequestOfSeveralPacketsForOne)
{
    Watched watched;
    const std::string request = query("SELECT '" + std::string(2 * FULL, 'x') + "'");
    watched.client(request);
    watched.target(answer({ok()}, 3));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, watched.recorder.lines.size());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{request.size()}, watched.recorder.requestSizes.at(0));
    CPPUNIT_ASSERT(watched.watcher.isAtRest());
}

TEST(MysqlSizesTest, takesRequestOfExactlyOneFullPacketForOne)
{
    Watched watched;
    const std::string request = query(std::string(FULL - 1, 'x')); // the command byte fills it up
    CPPUNIT_ASSERT_EQUAL(4 + FULL + 4, request.size());
    watched.client(request.substr(0, request.size() - 4));
    CPPUNIT_ASSERT(watched.recorder.lines.empty());
    CPPUNIT_ASSERT(!watched.watcher.isAtRest());
    watched.client(request.substr(request.size() - 4));
    watched.target(answer({ok()}, 2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, watched.recorder.lines.size());
    CPPUNIT_ASSERT(watched.watcher.isAtRest());
}

TEST(MysqlSizesTest, takesRowOfSeveralPacketsForOne)
{
    Watched watched;
    // What looks like an end stands at the beginning of the second packet.
    const std::string row = std::string(1, '\xFD') + number(FULL - 1, 3) + std::string(FULL - 4, 'x') + eof();
    watched.client(query("SELECT 1"));
    watched.target(answer({"\1"s, column("a"), eof(), row}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, watched.recorder.lines.size());
    watched.target(answer({eof()}, 6));
    CPPUNIT_ASSERT_EQUAL(std::string("< SELECT 1"), watched.recorder.lines.at(1));
}

TEST(MysqlSizesTest, tellsLongRowFromEndOfRows)
{
    for (const std::uint64_t capabilities : {BASE, BASE | mysql::capability::DEPRECATE_EOF})
    {
        const bool withEof = capabilities == BASE;
        Watched watched({}, capabilities);
        const std::string row = std::string(1, '\xFE') + number(FULL + 1, 8) + std::string(FULL + 1, 'x');
        std::vector<std::string> messages = {"\1"s, column("a")};
        if (withEof)
            messages.push_back(eof());
        messages.push_back(row);
        watched.client(query("SELECT 1"));
        watched.target(answer(messages));
        CPPUNIT_ASSERT_EQUAL(std::string("> SELECT 1\n"), joined(watched.recorder.lines));
        watched.target(answer({withEof ? eof() : okAtEnd()}, withEof ? 6 : 5));
        CPPUNIT_ASSERT_EQUAL(std::string("> SELECT 1\n< SELECT 1\n"), joined(watched.recorder.lines));
    }
}

TEST(MysqlSizesTest, losesRequestWhosePacketsAreOutOfSequence)
{
    Watched watched;
    std::string request = query(std::string(FULL, 'x'));
    request[4 + FULL + 3] = 5;
    watched.client(request);
    CPPUNIT_ASSERT_EQUAL(std::string("! the client sent a packet out of sequence\n"), joined(watched.recorder.lines));
}

TEST(MysqlSizesTest, followsSequenceNumbersAround)
{
    Watched watched;
    std::vector<std::string> messages = {"\1"s, column("a"), eof()};
    messages.insert(messages.end(), 1000, text("1"));
    messages.push_back(eof());
    watched.client(query("SELECT 1"));
    watched.target(answer(messages));
    CPPUNIT_ASSERT_EQUAL(std::string("> SELECT 1\n< SELECT 1\n"), joined(watched.recorder.lines));
}

TEST(MysqlSizesTest, followsSequenceNumbersOfFileAround)
{
    Watched watched;
    watched.client(query("LOAD"));
    watched.target(answer({"\xFB"
                           "f"}));
    for (int i = 2; i < 600; ++i)
        watched.client(packets(static_cast<std::uint8_t>(i), "line\n"));
    watched.client(packets(static_cast<std::uint8_t>(600), ""));
    watched.target(answer({ok()}, static_cast<std::uint8_t>(601)));
    CPPUNIT_ASSERT_EQUAL(std::string("> LOAD\n< LOAD\n"), joined(watched.recorder.lines));
}

TEST(MysqlSizesTest, handsOverBytesWithTheirHeader)
{
    Watched watched;
    watched.client(query("SELECT 1"));
    CPPUNIT_ASSERT_EQUAL(query("SELECT 1"), watched.recorder.requestBytes.at(0));
}

TEST(MysqlSizesTest, keepsNoMoreThanItsLimits)
{
    Watched watched({100, 20});
    const std::string request = query("SELECT '" + std::string(5000, 'x') + "'");
    watched.client(request);
    CPPUNIT_ASSERT_EQUAL(request.substr(0, 100), watched.recorder.requestBytes.at(0));
    CPPUNIT_ASSERT_EQUAL(std::string("> SELECT 'xxxxxxxxxxxx"), watched.recorder.lines.at(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{request.size()}, watched.recorder.requestSizes.at(0));
}

TEST(MysqlSizesTest, keepsTextsOfPendingCommandsWithinLimit)
{
    Watched watched({100, 60});
    const std::string sql(60, 'x');
    watched.client(query(sql) + query(sql) + query(sql));
    watched.target(answer({ok()}) + answer({ok()}) + answer({ok()}));
    const std::vector<std::string> expected = {"> " + sql, "> " + sql, "> " + sql, "< " + sql, "< " + sql.substr(0, 40),
                                               "< "};
    CPPUNIT_ASSERT_EQUAL(joined(expected), joined(watched.recorder.lines));
}

TEST(MysqlSizesTest, losesTooManyPendingCommands)
{
    Watched watched;
    for (std::size_t i = 0; i < mysql::PendingList::MOST; ++i)
        watched.client(command(0x0E));
    CPPUNIT_ASSERT_EQUAL(mysql::PendingList::MOST, watched.recorder.lines.size());
    CPPUNIT_ASSERT_EQUAL(std::string("> ping"), watched.recorder.lines.back());
    watched.client(command(0x0E));
    CPPUNIT_ASSERT_EQUAL(std::string("! too many commands are waiting for a response"), watched.recorder.lines.back());
    watched.watcher.ended(watched.now);
    CPPUNIT_ASSERT_EQUAL(mysql::PendingList::MOST + 1, watched.recorder.lines.size());
}

TEST(MysqlSizesTest, withholdsPasswordBehindLongText)
{
    Watched watched({65536, 20});
    watched.client(query("SELECT '" + std::string(30000, 'x') + "'; SET PASSWORD = 'geheim'"));
    CPPUNIT_ASSERT_EQUAL(std::string("> SELECT <withheld> (secret)"), watched.recorder.lines.at(0));
    CPPUNIT_ASSERT_EQUAL(std::string(), watched.recorder.requestBytes.at(0));
}

TEST(MysqlSizesTest, withholdsBytesOfStatementItDoesNotKnow)
{
    Watched watched;
    watched.client(command(0x17, number(77, 4) + "geheim"));
    CPPUNIT_ASSERT_EQUAL(std::string("> execute 77 (secret)"), watched.recorder.lines.at(0));
    CPPUNIT_ASSERT_EQUAL(std::string(), watched.recorder.requestBytes.at(0));
}
