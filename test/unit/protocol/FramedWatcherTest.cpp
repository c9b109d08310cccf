#include "WatchRecorder.h"
#include "support/Identified.h"

#include <proximux/protocol/Registry.h>
#include <proximux/protocol/watch/FramedWatcher.h>

#include <cppunit/extensions/HelperMacros.h>

#include <memory>
#include <utility>
#include <vector>

namespace proximux
{

class FramedWatcherTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FramedWatcherTest);
    CPPUNIT_TEST(pairsResponsesInTheirOrder);
    CPPUNIT_TEST(seesTheSameHoweverItIsCut);
    CPPUNIT_TEST(measuresTimes);
    CPPUNIT_TEST(reportsWhatWasNotAnsweredAsFailed);
    CPPUNIT_TEST(givesUpOnceWhereBytesAreNoMessage);
    CPPUNIT_TEST(givesUpWhereTooManyWait);
    CPPUNIT_TEST(passesOverWhatNobodyAskedFor);
    CPPUNIT_TEST(restsBetweenExchanges);
    CPPUNIT_TEST(keepsToItsLimits);
    CPPUNIT_TEST(keepsLittleOfManyRequests);
    CPPUNIT_TEST(saysWhichRequestIsAnswered);
    CPPUNIT_TEST(watchesResp);
    CPPUNIT_TEST(watchesRespBeforeASubscription);
    CPPUNIT_TEST(watchesRespWhereRepliesAreTurnedOff);
    CPPUNIT_TEST(watchesRespWithPushes);
    CPPUNIT_TEST(watchesHttp);
    CPPUNIT_TEST(watchesMemcached);
    CPPUNIT_TEST(watchesQuietRunsOfMemcached);
    CPPUNIT_TEST(watchesModbus);
    CPPUNIT_TEST(watchesDns);
    CPPUNIT_TEST(watchesPostgresql);
    CPPUNIT_TEST(watchesPostgresqlWithFlush);
    CPPUNIT_TEST(seesEveryStatementOfAPostgresqlRequest);
    CPPUNIT_TEST(withholdsValuesBoundToAStatementThatNamesAPassword);
    CPPUNIT_TEST(withholdsRowsCopiedToAPassword);
    CPPUNIT_TEST(watchesPostgresqlUntilItIsEncrypted);
    CPPUNIT_TEST(refusesWhatIsNotPostgresql);
    CPPUNIT_TEST_SUITE_END();

    static Instant at(std::int64_t us) { return Instant{us}; }

    void watch(const WatchLimits& limits = {})
    {
        Framing framing;
        framing.maxMessage = 100;
        _recorder = WatchRecorder();
        _watcher = std::make_unique<FramedWatcher>(findProtocol("line")->make(framing), _recorder, limits);
    }

    void watchNamed(const char* protocol)
    {
        _recorder = WatchRecorder();
        _named = findProtocol(protocol)->makeWatcher(Framing(), _recorder, WatchLimits());
    }

    void asks(const std::string& bytes) { _named->fromClient(bytes, at(0)); }
    void answers(const std::string& bytes) { _named->fromTarget(bytes, at(1)); }

    [[nodiscard]] std::string seen() const { return joined(_recorder.lines); }

public:
    /// Secrets are withheld; what is pushed answers nothing.
    void watchesResp()
    {
        watchNamed("resp");
        asks("*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n");
        answers("+OK\r\n$1\r\nx\r\n");
        asks("*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n");
        answers("*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n");
        asks("*1\r\n$11\r\nUNSUBSCRIBE\r\n");
        answers("*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n");
        asks("PING\r\n");
        answers("+PONG\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("> AUTH (secret)\n> GET a\n< AUTH\n< GET a\n> SUBSCRIBE c (unanswered)\n"
                                         "> UNSUBSCRIBE (unanswered)\n> PING\n< PING\n"),
                             seen());
        CPPUNIT_ASSERT(_named->isAtRest());
    }

    /// What was asked for before is answered before anything is pushed.
    void watchesRespBeforeASubscription()
    {
        watchNamed("resp");
        asks("GET a\r\nSUBSCRIBE c\r\n");
        answers("$1\r\nx\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("> GET a\n> SUBSCRIBE c (unanswered)\n< GET a\n"), seen());
        CPPUNIT_ASSERT(_named->isAtRest());
        answers("*3\r\n$7\r\nmessage\r\n");
        CPPUNIT_ASSERT(!_named->isAtRest());
    }

    void watchesRespWhereRepliesAreTurnedOff()
    {
        watchNamed("resp");
        asks("client reply skip\r\nSET a 1\r\nGET a\r\nCLIENT REPLY OFF\r\nGET b\r\nCLIENT REPLY SKIP\r\nGET c\r\n"
             "CLIENT REPLY ON\r\nGET d\r\n");
        answers("$1\r\n1\r\n+OK\r\n$1\r\n4\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("< GET a\n< CLIENT REPLY\n< GET d\n"), seen().substr(seen().find('<')));
    }

    void watchesRespWithPushes()
    {
        watchNamed("resp");
        asks("GET a\r\nGET b\r\n");
        answers(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nz\r\n$1\r\nx\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("> GET a\n> GET b\n< GET a\n"), seen());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, _recorder.responses.at(0).responseSize);
    }

    void watchesHttp()
    {
        watchNamed("http");
        asks("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
        answers("HTTP/1.1 200 OK\r\n\r\nuntil the end");
        _named->ended(at(2));
        CPPUNIT_ASSERT_EQUAL(std::string("> HEAD /a\n> GET /b\n< HEAD /a\n< GET /b\n"), seen());
    }

    void watchesMemcached()
    {
        watchNamed("memcached");
        asks("set a 0 0 1 noreply\r\nx\r\nget a\r\n");
        answers("VALUE a 0 1\r\nx\r\nEND\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("> set a (unanswered)\n> get a\n< get a\n"), seen());
    }

    void watchesQuietRunsOfMemcached()
    {
        watchNamed("memcached");
        asks("mg a v q\r\nmg b v q\r\nmn\r\nget c\r\n");
        answers("VA 1\r\nx\r\nMN\r\nEND\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("> mg a (unanswered)\n> mg b (unanswered)\n> mn\n> get c\n< mn\n< get c\n"),
                             seen());
        CPPUNIT_ASSERT(_named->isAtRest());

        watchNamed("memcached");
        const auto packet = [](int magic, int opcode) {
            return std::string({static_cast<char>(magic), static_cast<char>(opcode)}) + std::string(22, '\0');
        };
        asks(packet(0x80, 0x09) + packet(0x80, 0x09) + packet(0x80, 0x0a) + packet(0x80, 0x0b));
        answers(packet(0x81, 0x09) + packet(0x81, 0x0a) + packet(0x81, 0x0b));
        CPPUNIT_ASSERT_EQUAL(
            std::string("> opcode 9  (unanswered)\n> opcode 9  (unanswered)\n> opcode 10 \n> opcode 11 \n"
                        "< opcode 10 \n< opcode 11 \n"),
            seen());
        CPPUNIT_ASSERT(_named->isAtRest());
    }

    /// By their ids.
    void watchesModbus()
    {
        watchNamed("modbus");
        asks(std::string("\0\1\0\0\0\6\1\3\0\0\0\1\0\2\0\0\0\6\1\5\0\0\xff\0", 24));
        answers(std::string("\0\2\0\0\0\6\1\5\0\0\xff\0\0\1\0\0\0\5\1\3\2\0\1", 23));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, _recorder.lines.size());
        CPPUNIT_ASSERT_EQUAL(_recorder.lines[1].substr(1), _recorder.lines[2].substr(1));
        CPPUNIT_ASSERT_EQUAL(_recorder.lines[0].substr(1), _recorder.lines[3].substr(1));
    }

    void watchesDns()
    {
        watchNamed("dns");
        const std::string name("\1a\0\0\1\0\1", 7);
        asks(std::string("\0\x13\0\1\1\0\0\1\0\0\0\0\0\0", 14) + name);
        answers(std::string("\0\x13\0\1\x81\x80\0\1\0\0\0\0\0\0", 14) + name);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _recorder.lines.size());
        CPPUNIT_ASSERT_EQUAL(_recorder.lines[0].substr(1), _recorder.lines[1].substr(1));

        watchNamed("dns"); // a transfer in two messages is one response
        asks(identified::dns("", 252));
        const std::string soa = identified::record(6, std::string(22, '\0'));
        const std::string part = std::string("\0\x2d\xab\xcd\x84\0\0\0\0\1\0\0\0\0", 14) + soa;
        answers(part);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _recorder.lines.size());
        answers(part);
        CPPUNIT_ASSERT_EQUAL(std::string("> . AXFR\n< . AXFR\n"), seen());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2} * part.size(), _recorder.responses.at(0).responseSize);
    }

    /// A message; a startup packet, which has no type, with 0.
    static std::string pg(char type, const std::string& body)
    {
        std::string text(type != 0 ? 1 : 0, type);
        text.append(3, '\0').push_back(static_cast<char>(body.size() + 4));
        return text.append(body);
    }

    static std::string startup() { return pg(0, std::string("\0\3\0\0user\0me\0database\0db\0\0", 25)); }

    static std::string zero(std::string text) { return std::move(text.append(1, '\0')); }

    /// Who speaks (true: the client), and what.
    static std::vector<std::pair<bool, std::string>> postgresqlSession()
    {
        const std::string ready = pg('Z', "I");

        const std::string complete = pg('C', zero("SELECT 1"));

        const std::string parameter = pg('S', zero("a").append(zero("b")));

        const std::string parse = pg('P', zero("s1").append(zero("select $1")).append("xx"));

        const std::string bind = pg('B', zero("").append(zero("s1")));

        return {
            {true, pg(0, "\x04\xd2\x16\x2f")},
            {false, "N"},
            {true, startup()},
            {false, pg('R', std::string("\0\0\0\3", 4))},
            {true, pg('p', zero("geheim"))},
            {false, pg('R', std::string(4, '\0')) + parameter + ready},
            {true, pg('Q', zero("select 1"))},
            {false, pg('N', zero("a notice")) + pg('T', "x") + pg('D', "y") + complete + ready},
            {false, pg('A', "a notification")},
            {true, parse + bind + pg('E', "x") + pg('S', "")},
            {true, bind + pg('E', "x") + pg('S', "")},
            {false, pg('1', "") + pg('2', "") + complete + ready + pg('2', "") + complete + ready},
            {true, pg('Q', zero("copy t from stdin"))},
            {false, pg('G', "x")},
            {true, pg('d', "1") + pg('d', "2") + pg('c', "")},
            {false, complete + ready},
            {true, pg('Q', zero("alter role me password 'geheim'"))},
            {false, pg('E', "no") + ready + pg('N', "x")},
            {true, pg('X', "")},
        };
    }

    void watchesPostgresql()
    {
        for (const std::size_t piece : {std::size_t{1000}, std::size_t{1}, std::size_t{3}})
        {
            watchNamed("postgresql");
            for (const auto& [client, bytes] : postgresqlSession())
                for (std::size_t at = 0; at < bytes.size(); at += piece)
                    client ? asks(bytes.substr(at, piece)) : answers(bytes.substr(at, piece));
            CPPUNIT_ASSERT_EQUAL(
                std::string("> SSLRequest\n< SSLRequest\n> startup user=me database=db\n"
                            "> authentication (secret) (unanswered)\n< startup user=me database=db\n> select 1\n"
                            "< select 1\n> select $1\n> execute s1\n< select $1\n< execute s1\n> copy t from stdin\n"
                            "> copy data (unanswered)\n< copy t from stdin\n"),
                seen().substr(0, seen().find("> alter")));
            CPPUNIT_ASSERT(seen().find("geheim") == std::string::npos);
            CPPUNIT_ASSERT(seen().find("> terminate (unanswered)\n") != std::string::npos);
        }
    }

    /// A request is answered as far as it was sent, and ends with Sync.
    void watchesPostgresqlWithFlush()
    {
        watchNamed("postgresql");
        asks(startup());
        answers(pg('Z', "I"));
        asks(pg('P', zero("s1").append(zero("select $1"))) + pg('D', zero("Ss1")) + pg('H', ""));
        answers(pg('1', "") + pg('t', "x") + pg('T', "x"));
        _named->fromClient(pg('B', zero("").append(zero("s1"))) + pg('E', "x") + pg('S', ""), at(5));
        _named->fromTarget(pg('2', "") + pg('C', "x") + pg('Z', "I"), at(6));
        asks(pg('Q', zero("select 2")));
        answers(pg('C', "x") + pg('Z', "I"));
        CPPUNIT_ASSERT_EQUAL(std::string("> startup user=me database=db\n< startup user=me database=db\n"
                                         "> select $1\n< select $1\n> select 2\n< select 2\n"),
                             seen());
        CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, _recorder.responses.at(1).firstByte.us);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, _recorder.responses.at(1).whole.us);
    }

    void seesEveryStatementOfAPostgresqlRequest()
    {
        watchNamed("postgresql");
        asks(startup());
        const auto parse = [](const std::string& sql) { return pg('P', zero("").append(zero(sql))); };
        const std::string execute = pg('B', zero("").append(zero(""))) + pg('E', "x");
        asks(parse("begin") + execute + pg('B', zero("").append(zero("s7"))) + pg('E', "x") + parse("select 1") +
             execute + pg('S', ""));
        asks(pg('C', zero("Ss1")) + parse("alter role me password 'geheim'") + execute + pg('S', ""));
        asks(pg('C', zero("Ss1")) + pg('S', ""));
        CPPUNIT_ASSERT_EQUAL(std::string("> startup user=me database=db\n> begin; execute s7; select 1\n"
                                         "> alter role <withheld> (secret)\n> close\n"),
                             seen());
        CPPUNIT_ASSERT_EQUAL(std::string(), _recorder.requestBytes.at(2));
    }

    /// Whether in the same request or in a later one, and for as long as the name means that statement.
    void withholdsValuesBoundToAStatementThatNamesAPassword()
    {
        const auto parse = [](const std::string& name, const std::string& sql)
        { return pg('P', zero(name).append(zero(sql))); };
        const auto bind = [](const std::string& name)
        { return pg('B', zero("").append(zero(name)) + std::string("\0\0\0\1\0\0\0\6", 8) + "geheim") + pg('E', "x"); };
        watchNamed("postgresql");
        asks(startup());
        asks(parse("", "update u set password = $1") + bind("") + pg('S', ""));
        asks(parse("s1", "update u set password = $1") + pg('S', ""));
        asks(bind("s1") + pg('S', ""));
        asks(parse("s2", "update u set name = $1") + bind("s2") + pg('S', ""));
        asks(parse("s1", "select $1") + bind("s1") + pg('S', ""));
        CPPUNIT_ASSERT_EQUAL(std::string("> startup user=me database=db\n> update u set password = $1 (secret)\n"
                                         "> update u set password = $1\n> execute s1 (secret)\n"
                                         "> update u set name = $1\n> select $1\n"),
                             seen());
        for (std::size_t i = 1; i <= 3; ++i)
            CPPUNIT_ASSERT(_recorder.requestBytes.at(i).find("geheim") == std::string::npos);
        CPPUNIT_ASSERT(_recorder.requestBytes.at(4).find("geheim") != std::string::npos);
    }

    void withholdsRowsCopiedToAPassword()
    {
        watchNamed("postgresql");
        asks(startup());
        asks(pg('Q', zero("copy u (name, password) from stdin")));
        asks(pg('d', "a\tgeheim\n") + pg('c', ""));
        asks(pg('Q', zero("copy t from stdin")));
        asks(pg('d', "a\tb\n") + pg('c', ""));
        CPPUNIT_ASSERT_EQUAL(std::string("> startup user=me database=db\n> copy u (name, password) from stdin\n"
                                         "> copy data (secret) (unanswered)\n"
                                         "> copy t from stdin\n> copy data (unanswered)\n"),
                             seen());
    }

    void watchesPostgresqlUntilItIsEncrypted()
    {
        watchNamed("postgresql");
        asks(pg(0, "\x04\xd2\x16\x2f"));
        answers("S");
        asks("anything");
        CPPUNIT_ASSERT(seen().find("! the connection switched protocols") != std::string::npos);
    }

    void refusesWhatIsNotPostgresql()
    {
        watchNamed("postgresql");
        asks("GET / HTTP/1.1\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("! a PostgreSQL startup packet with an impossible length\n"), seen());
        watchNamed("postgresql");
        asks(startup());
        answers("HTTP/1.1 200 OK\r\n");
        CPPUNIT_ASSERT(seen().find("! a PostgreSQL message") != std::string::npos);
        watchNamed("postgresql");
        asks(startup() + "?");
        CPPUNIT_ASSERT(seen().find("! a PostgreSQL message of unknown type") != std::string::npos);
    }

    void pairsResponsesInTheirOrder()
    {
        watch();
        _watcher->fromClient("one\ntwo\nthr", at(0));
        _watcher->fromTarget("1\n", at(1));
        _watcher->fromClient("ee\n", at(2));
        _watcher->fromTarget("2\n3\n", at(3));
        CPPUNIT_ASSERT_EQUAL(std::string("> one\n> two\n< one\n> three\n< two\n< three\n"), seen());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, _recorder.responses.at(0).requestSize);
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, _recorder.responses.at(0).responseSize);
    }

    void seesTheSameHoweverItIsCut()
    {
        LengthField field;
        field.width = 2;
        const std::string stream("\0\3abc\0\0\0\2de", 11);
        for (std::size_t cut = 1; cut < stream.size(); ++cut)
        {
            Framing framing;
            framing.maxMessage = 100;
            framing.length = field;
            _recorder = WatchRecorder();
            FramedWatcher watcher(findProtocol("length")->make(framing), _recorder, {});
            watcher.fromClient(stream.substr(0, cut), at(0));
            watcher.fromClient(stream.substr(cut), at(0));
            CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _recorder.requestSizes.size());
            CPPUNIT_ASSERT_EQUAL(stream.substr(0, 5), _recorder.requestBytes[0]);
            CPPUNIT_ASSERT_EQUAL(stream.substr(7), _recorder.requestBytes[2]);
            watcher.fromTarget(stream.substr(0, cut), at(1));
            watcher.fromTarget(stream.substr(cut), at(1));
            CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _recorder.responses.size());
        }
    }

    void measuresTimes()
    {
        watch();
        _watcher->fromClient("o", at(0));
        _watcher->fromClient("ne\n", at(10));
        _watcher->fromTarget("1", at(15));
        _watcher->fromTarget("1\n", at(40));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{5}, _recorder.responses.at(0).firstByte.us);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{30}, _recorder.responses.at(0).whole.us);
    }

    void reportsWhatWasNotAnsweredAsFailed()
    {
        watch();
        _watcher->fromClient("one\ntwo\nhalf", at(0));
        _watcher->fromTarget("1\nhalf", at(1));
        _watcher->ended(at(2));
        CPPUNIT_ASSERT_EQUAL(std::string("> one\n> two\n< one\n< two (failed)\n"), seen());
    }

    void givesUpOnceWhereBytesAreNoMessage()
    {
        watch();
        _watcher->fromClient("one\n", at(0));
        _watcher->fromTarget(std::string(101, 'x'), at(1));
        _watcher->fromTarget(std::string(101, 'x'), at(2));
        _watcher->fromClient("two\n", at(3));
        _watcher->ended(at(4));
        CPPUNIT_ASSERT_EQUAL(std::string("> one\n! a line longer than exchange.max_message\n"), seen());
    }

    void givesUpWhereTooManyWait()
    {
        watch();
        for (std::size_t i = 0; i <= FramedWatcher::MAX_PENDING; ++i)
            _watcher->fromClient("x\n", at(0));
        CPPUNIT_ASSERT_EQUAL(std::string("! too many requests are waiting for a response"), _recorder.lines.back());
    }

    void passesOverWhatNobodyAskedFor()
    {
        watch();
        _watcher->fromTarget("hello\n", at(0));
        _watcher->fromClient("one\n", at(1));
        _watcher->fromTarget("1\n", at(2));
        CPPUNIT_ASSERT_EQUAL(std::string("> one\n< one\n"), seen());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, _recorder.responses.at(0).responseSize);
    }

    void restsBetweenExchanges()
    {
        watch();
        CPPUNIT_ASSERT(_watcher->isAtRest());
        _watcher->fromClient("o", at(0));
        CPPUNIT_ASSERT(!_watcher->isAtRest());
        _watcher->fromClient("\n", at(0));
        CPPUNIT_ASSERT(!_watcher->isAtRest());
        _watcher->fromTarget("1\n", at(0));
        CPPUNIT_ASSERT(_watcher->isAtRest());
    }

    void keepsToItsLimits()
    {
        watch({8, 4});
        _watcher->fromClient("0123456789abcdef\n", at(0));
        CPPUNIT_ASSERT_EQUAL(std::string("> 0123\n"), seen());
        CPPUNIT_ASSERT_EQUAL(std::string("01234567"), _recorder.requestBytes.at(0));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{17}, _recorder.requestSizes.at(0));
    }

    void keepsLittleOfManyRequests()
    {
        watch({10, 4});
        _watcher->fromClient("1234\n1234\n1234\n1234\n", at(0));
        _watcher->fromTarget("a\nb\n", at(1));
        _watcher->fromClient("5678\n", at(2));
        _watcher->fromTarget("c\nd\ne\n", at(3));
        CPPUNIT_ASSERT_EQUAL(std::string("< 1234\n< 1234\n> 5678\n< 12\n< \n< 5678\n"),
                             seen().substr(seen().find('<')));
    }

    void saysWhichRequestIsAnswered()
    {
        watchNamed("modbus");
        const auto modbus = [](char id, char function)
        { return std::string("\0", 1) + id + std::string("\0\0\0\6\1", 5) + function + std::string(4, '\0'); };
        asks(modbus(1, 1) + modbus(2, 2) + modbus(3, 3));
        answers(modbus(3, 3) + modbus(1, 1) + modbus(2, 2));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _recorder.responses.at(0).place);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _recorder.responses.at(1).place);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _recorder.responses.at(2).place);
    }

private:
    WatchRecorder _recorder;
    std::unique_ptr<FramedWatcher> _watcher;
    std::unique_ptr<Watcher> _named;
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(FramedWatcherTest, "protocol");

} // namespace proximux
