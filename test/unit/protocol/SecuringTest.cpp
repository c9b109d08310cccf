#include "support/Test.h"

#include "MysqlMessages.h"

#include <proximux/Number.h>
#include <proximux/protocol/Registry.h>

#include <memory>
#include <string>

using namespace proximux;
using namespace proximux::mysql::test;
using namespace std::string_literals;

/// How TLS begins inside of protocols.
class SecuringTest : public CppUnit::TestCase
{
protected:
    using Kind = TlsStep::Kind;

    static constexpr std::uint64_t SERVER = BASE | mysql::capability::SSL;

    static std::unique_ptr<TlsStart> withClient(const char* protocol, TlsOffer offer)
    {
        return findProtocol(protocol)->tlsStarts.withClient(offer);
    }

    static std::unique_ptr<TlsStart> withTarget(const char* protocol, TlsOffer offer = TlsOffer::optional)
    {
        return findProtocol(protocol)->tlsStarts.withTarget(offer);
    }

    /// What follows from all these bytes, which come one by one.
    static TlsStep inPieces(TlsStart& start, const std::string& bytes)
    {
        TlsStep all;
        for (const char byte : bytes)
            add(all, start.received({&byte, 1}));
        return all;
    }

    static TlsStep sentInPieces(TlsStart& start, const std::string& bytes)
    {
        TlsStep all;
        for (const char byte : bytes)
            add(all, start.sending({&byte, 1}));
        return all;
    }

    static void add(TlsStep& all, const TlsStep& step)
    {
        if (step.kind != Kind::more)
            all.kind = step.kind;
        all.reply += step.reply;
        all.behind += step.behind;
        all.passed += step.passed;
        all.why = step.why;
    }

    /// The same packet with another number.
    static std::string numbered(std::string packet, char number)
    {
        packet[3] = number;
        return packet;
    }

    static inline const std::string SSL_REQUEST{"\0\0\0\x08\x04\xD2\x16\x2F", 8};
    static inline const std::string GSS_REQUEST{"\0\0\0\x08\x04\xD2\x16\x30", 8};
    static inline const std::string CANCEL_REQUEST{"\0\0\0\x10\x04\xD2\x16\x2Eidnokeys", 16};
    static inline const std::string STARTUP{"\0\0\0\x11\0\3\0\0user\0me\0\0", 17};
};

TEST(SecuringTest, onlyTheseProtocolsKnowIt)
{
    for (const ProtocolInfo& each : protocols())
    {
        const bool knows = each.name == "mysql" || each.name == "postgresql";
        CPPUNIT_ASSERT_EQUAL(knows, each.tlsStarts.areThere());
        CPPUNIT_ASSERT_EQUAL(each.name == "mysql", each.tlsStarts.isGreeted);
    }
}

TEST(SecuringTest, aPostgresqlClientAsks)
{
    for (const TlsOffer offer : {TlsOffer::optional, TlsOffer::required})
    {
        const auto start = withClient("postgresql", offer);
        CPPUNIT_ASSERT(inPieces(*start, SSL_REQUEST.substr(0, 7)).kind == Kind::more);
        const TlsStep step = start->received(SSL_REQUEST.substr(7));
        CPPUNIT_ASSERT(step.kind == Kind::secure);
        CPPUNIT_ASSERT_EQUAL("S"s, step.reply);
        CPPUNIT_ASSERT(start->isOver());
    }
}

TEST(SecuringTest, aPostgresqlClientThatIsOfferedNoneHearsSo)
{
    const auto start = withClient("postgresql", TlsOffer::none);
    CPPUNIT_ASSERT_EQUAL("NN"s, inPieces(*start, GSS_REQUEST + SSL_REQUEST).reply);
    CPPUNIT_ASSERT(!start->isOver());
    const TlsStep step = inPieces(*start, STARTUP);
    CPPUNIT_ASSERT(step.kind == Kind::open);
    CPPUNIT_ASSERT(start->isOver());
    CPPUNIT_ASSERT_EQUAL(STARTUP.substr(0, 8), step.passed.substr(0, 8));
}

TEST(SecuringTest, encryptionByGssapiIsRefusedBeforeTls)
{
    const auto start = withClient("postgresql", TlsOffer::required);
    CPPUNIT_ASSERT_EQUAL("N"s, start->received(GSS_REQUEST).reply);
    CPPUNIT_ASSERT(start->received(SSL_REQUEST).kind == Kind::secure);
}

TEST(SecuringTest, clearTextBehindTheRequestIsRefused)
{
    const TlsStep step = withClient("postgresql", TlsOffer::optional)->received(SSL_REQUEST + "Q");
    CPPUNIT_ASSERT(step.kind == Kind::refuse);
    CPPUNIT_ASSERT_EQUAL(""s, step.reply);
    CPPUNIT_ASSERT(withTarget("postgresql")->received("SE").kind == Kind::refuse);
    CPPUNIT_ASSERT(withClient("mysql", TlsOffer::optional)->received(tlsRequest() + "x").kind == Kind::refuse);
    const auto target = withTarget("mysql");
    CPPUNIT_ASSERT(target->received(greeting(SERVER) + "x").kind == Kind::refuse);
}

TEST(SecuringTest, aPostgresqlClientInClearText)
{
    const TlsStep passed = withClient("postgresql", TlsOffer::optional)->received(STARTUP);
    CPPUNIT_ASSERT(passed.kind == Kind::open);
    CPPUNIT_ASSERT_EQUAL(STARTUP, passed.passed);
    const TlsStep refused = withClient("postgresql", TlsOffer::required)->received(STARTUP);
    CPPUNIT_ASSERT(refused.kind == Kind::refuse);
    CPPUNIT_ASSERT_EQUAL('E', refused.reply.front());
    CPPUNIT_ASSERT_EQUAL(refused.reply.size() - 1, static_cast<std::size_t>(byteAt(refused.reply, 4)));
    CPPUNIT_ASSERT(refused.reply.find("C28000"s + '\0') != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string(2, '\0'), refused.reply.substr(refused.reply.size() - 2));
    const TlsStep cancel = withClient("postgresql", TlsOffer::required)->received(CANCEL_REQUEST);
    CPPUNIT_ASSERT(cancel.kind == Kind::open);
    CPPUNIT_ASSERT_EQUAL(CANCEL_REQUEST, cancel.passed);
}

TEST(SecuringTest, aPostgresqlTargetIsAsked)
{
    CPPUNIT_ASSERT_EQUAL(SSL_REQUEST, withTarget("postgresql")->opening());
    const auto start = withTarget("postgresql");
    CPPUNIT_ASSERT(start->received("S").kind == Kind::secure);
    CPPUNIT_ASSERT(start->isOver());
    CPPUNIT_ASSERT_EQUAL("it offers no TLS"s, std::string(withTarget("postgresql")->received("N").why));
    CPPUNIT_ASSERT(withTarget("postgresql")->received("E").kind == Kind::refuse);
}

TEST(SecuringTest, aMysqlClientAsks)
{
    CPPUNIT_ASSERT(!withClient("mysql", TlsOffer::none));
    const auto start = withClient("mysql", TlsOffer::required);
    const TlsStep step = inPieces(*start, tlsRequest());
    CPPUNIT_ASSERT(step.kind == Kind::secure);
    CPPUNIT_ASSERT_EQUAL(""s, step.reply + step.passed);
    CPPUNIT_ASSERT(start->isOver());
}

TEST(SecuringTest, aMysqlClientInClearText)
{
    const std::string said = login(BASE, "me", "db");
    const TlsStep passed = withClient("mysql", TlsOffer::optional)->received(said);
    CPPUNIT_ASSERT(passed.kind == Kind::open);
    CPPUNIT_ASSERT_EQUAL(said, passed.passed);
    const TlsStep refused = withClient("mysql", TlsOffer::required)->received(said);
    CPPUNIT_ASSERT(refused.kind == Kind::refuse);
    CPPUNIT_ASSERT_EQUAL("\2\xFF\x57\x0C#HY000Connections using"s, refused.reply.substr(3, 27));
    CPPUNIT_ASSERT_EQUAL(refused.reply.size() - 4, static_cast<std::size_t>(byteAt(refused.reply, 0)));
}

TEST(SecuringTest, whoLeavesInsteadOfALoginNeedsNoTls)
{
    const std::string quit("\1\0\0\0\1", 5);
    const auto start = withTarget("mysql", TlsOffer::none);
    start->received(greeting(SERVER));
    CPPUNIT_ASSERT(start->sending(quit.substr(0, 3)).reply.empty() && !start->isOver());
    const TlsStep step = start->sending(quit.substr(3));
    CPPUNIT_ASSERT(step.kind == Kind::more);
    CPPUNIT_ASSERT_EQUAL(quit, step.reply);
    CPPUNIT_ASSERT(start->isOver());
}

TEST(SecuringTest, theGreetingOffersWhatIsOffered)
{
    const auto offered = withTarget("mysql", TlsOffer::required);
    const TlsStep same = inPieces(*offered, greeting(SERVER));
    CPPUNIT_ASSERT(same.kind == Kind::open);
    CPPUNIT_ASSERT_EQUAL(greeting(SERVER), same.passed);
    CPPUNIT_ASSERT(!offered->isOver());
    CPPUNIT_ASSERT_EQUAL(greeting(BASE), inPieces(*withTarget("mysql", TlsOffer::none), greeting(SERVER)).passed);
    CPPUNIT_ASSERT_EQUAL("it offers no TLS"s, std::string(inPieces(*withTarget("mysql"), greeting(BASE)).why));
    CPPUNIT_ASSERT(withTarget("mysql")->received(std::string(5000, 'x')).kind == Kind::refuse);
    const auto failing = withTarget("mysql");
    const TlsStep step = failing->received(packets(0, error()));
    CPPUNIT_ASSERT(step.kind == Kind::open);
    CPPUNIT_ASSERT_EQUAL(packets(0, error()), step.passed);
    CPPUNIT_ASSERT(failing->isOver());
}

TEST(SecuringTest, whoWantsNothingButTlsNeedsNoClient)
{
    const auto mysql = withTarget("mysql", TlsOffer::required);
    CPPUNIT_ASSERT(mysql->received(greeting(SERVER)).kind == Kind::open);
    const TlsStep step = mysql->sending(mysql->login());
    CPPUNIT_ASSERT(step.kind == Kind::secure);
    CPPUNIT_ASSERT_EQUAL(tlsRequest().substr(0, 4), step.reply.substr(0, 4));
    CPPUNIT_ASSERT_EQUAL(tlsRequest().size(), step.reply.size());
    CPPUNIT_ASSERT_EQUAL(""s, withTarget("postgresql")->login());
}

TEST(SecuringTest, aLoginInsideOfTlsKeepsItsNumbers)
{
    const auto start = withTarget("mysql");
    start->received(greeting(SERVER));
    const std::string said = numbered(login(SERVER, "me", "db"), 2);
    const TlsStep step = sentInPieces(*start, said.substr(0, 36));
    CPPUNIT_ASSERT(step.kind == Kind::secure);
    CPPUNIT_ASSERT_EQUAL("\x20\0\0\1"s + said.substr(4, 32), step.reply);
    CPPUNIT_ASSERT_EQUAL(said.substr(0, 36), step.behind);
    CPPUNIT_ASSERT(start->isOver());
}

TEST(SecuringTest, aLoginInClearTextIsRenumbered)
{
    const auto start = withTarget("mysql", TlsOffer::none);
    start->received(greeting(SERVER));
    const std::string said = login(BASE, "me", "db");
    const TlsStep step = sentInPieces(*start, said);
    const std::string secure = login(SERVER, "me", "db");
    CPPUNIT_ASSERT(step.kind == Kind::secure);
    CPPUNIT_ASSERT_EQUAL(numbered(secure, 2), step.behind + step.reply.substr(36)); // the rest comes later
    CPPUNIT_ASSERT_EQUAL("\x20\0\0\1"s + secure.substr(4, 32), step.reply.substr(0, 36));
    const auto more = [](std::uint8_t n) { return packets(n, "\xFEmysql_native_password"); };
    CPPUNIT_ASSERT_EQUAL(more(2), inPieces(*start, more(3)).passed);
    CPPUNIT_ASSERT_EQUAL(packets(4, "secret"), sentInPieces(*start, packets(3, "secret")).reply);
    CPPUNIT_ASSERT_EQUAL(packets(4, ""), sentInPieces(*start, packets(3, "")).reply);
    CPPUNIT_ASSERT(!start->isOver());
    CPPUNIT_ASSERT_EQUAL(packets(4, ok()) + packets(9, "x"),
                         start->received(packets(5, ok()) + packets(9, "x")).passed);
    CPPUNIT_ASSERT(start->isOver());
}

TEST(SecuringTest, strangeLoginsAreRefused)
{
    for (const std::string& said :
         {tlsRequest(), numbered(login(BASE, "me", ""), 3), login(BASE & ~mysql::capability::PROTOCOL_41, "me", ""),
          "GET / HTTP/1.1\r\nHost: example.test:3306\r\n\r\n"s})
    {
        const auto start = withTarget("mysql", TlsOffer::none);
        start->received(greeting(SERVER));
        CPPUNIT_ASSERT(start->sending(said).kind == Kind::refuse);
    }
}
