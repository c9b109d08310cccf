#include "support/ProtocolCheck.h"
#include "support/Test.h"

namespace proximux
{

/// What a target is told of a request's way.
class HttpForwardedTest : public CppUnit::TestCase
{
protected:
    static std::string get(const std::string& fields = "", const std::string& version = "1.1")
    {
        return "GET / HTTP/" + version + "\r\nHost: x\r\n" + fields + "\r\n";
    }

    static std::string sent(const std::string& request, HttpForwarded form, const std::string& address = "192.0.2.1",
                            const ConversationSettings& settings = {})
    {
        Framing framing;
        framing.httpForwarded = form;
        const ProtocolCheck check("http", framing);
        const auto talk = check.talk(settings);
        talk->begin(1, address);
        const RequestTraits traits = ProtocolCheck::ask(*talk, request);
        std::string text;
        if (!traits.rewritten)
            return ProtocolCheck::edited(request, traits.edits);
        talk->rewrite(request, traits, text);
        return text;
    }

    static std::string xff(const std::string& fields, const std::string& address = "192.0.2.1")
    {
        return sent(get(fields), HttpForwarded::xForwardedFor, address);
    }

    static std::string forwarded(const std::string& fields, const std::string& address = "192.0.2.1")
    {
        return sent(get(fields), HttpForwarded::forwarded, address);
    }

    static constexpr const char* VIA = "Via: 1.1 proximux\r\n";
};

TEST(HttpForwardedTest, isOffUnlessChosen)
{
    CPPUNIT_ASSERT_EQUAL(get("X-Forwarded-For: 1\r\nForwarded: for=1\r\nVia: 1.1 a\r\n"),
                         sent(get("X-Forwarded-For: 1\r\nForwarded: for=1\r\nVia: 1.1 a\r\n"), HttpForwarded::off));
    CPPUNIT_ASSERT(ProtocolCheck("http").protocol().translates().empty());
    Framing framing;
    framing.httpForwarded = HttpForwarded::forwarded;
    CPPUNIT_ASSERT(ProtocolCheck("http", framing).protocol().translates() == "exchange.http_forwarded");
}

TEST(HttpForwardedTest, namesTheClient)
{
    CPPUNIT_ASSERT_EQUAL(get(std::string("X-Forwarded-For: 192.0.2.1\r\n") + VIA), xff(""));
    CPPUNIT_ASSERT_EQUAL(get(std::string("X-Forwarded-For: 2001:db8::1\r\n") + VIA), xff("", "2001:db8::1"));
    CPPUNIT_ASSERT_EQUAL(get(std::string("Forwarded: for=192.0.2.1\r\n") + VIA), forwarded(""));
    CPPUNIT_ASSERT_EQUAL(get(std::string("Forwarded: for=\"[2001:db8::1]\"\r\n") + VIA), forwarded("", "2001:db8::1"));
    // as others know it
    CPPUNIT_ASSERT_EQUAL(get(std::string("Forwarded: for=192.0.2.1\r\n") + VIA), forwarded("", "::ffff:192.0.2.1"));
    CPPUNIT_ASSERT_EQUAL(get(std::string("Forwarded: for=\"[fe80::1]\"\r\n") + VIA), forwarded("", "fe80::1%eth0"));
    CPPUNIT_ASSERT_EQUAL(get(std::string("Forwarded: for=unknown\r\n") + VIA), forwarded("", ""));
}

TEST(HttpForwardedTest, ourWordStandsBehindTheClients)
{
    CPPUNIT_ASSERT_EQUAL(get("X-Forwarded-For: 10.0.0.1, 192.0.2.1\r\nA: b\r\nVia: 1.0 a, 1.1 proximux\r\n"),
                         xff("X-Forwarded-For: 10.0.0.1\r\nA: b\r\nVia: 1.0 a\r\n"));
    // the last of several lines
    CPPUNIT_ASSERT_EQUAL(
        get("Via: 1.0 a\r\nvia:  1.1 b, 1.1 proximux \t\r\nx-forwarded-for: 1\r\nX-Forwarded-For:2, 192.0.2.1\r\n"),
        xff("Via: 1.0 a\r\nvia:  1.1 b \t\r\nx-forwarded-for: 1\r\nX-Forwarded-For:2\r\n"));
    CPPUNIT_ASSERT_EQUAL(get("Forwarded: for=1;proto=http, for=\"[::1]:80\", for=192.0.2.1\r\n" + std::string(VIA)),
                         forwarded("Forwarded: for=1;proto=http, for=\"[::1]:80\"\r\n"));
    // an empty one is none
    CPPUNIT_ASSERT_EQUAL(get("X-Forwarded-For: \r\nX-Forwarded-For: 192.0.2.1\r\n" + std::string(VIA)),
                         xff("X-Forwarded-For: \r\n"));
    // the other form is none of ours
    CPPUNIT_ASSERT_EQUAL(get("Forwarded: for=1\r\nX-Forwarded-For: 192.0.2.1\r\n" + std::string(VIA)),
                         xff("Forwarded: for=1\r\n"));
}

TEST(HttpForwardedTest, aClientCanNotHideIt)
{
    const std::string ours = "Forwarded: for=192.0.2.1\r\n" + std::string(VIA);
    // an open quote would make it a part of the client's value
    for (const char* open : {"Forwarded: for=\"x\r\n", "Forwarded: for=\"x\\\"\r\n", "Forwarded: for=1, by=\"\r\n"})
        CPPUNIT_ASSERT_EQUAL(get(ours), forwarded(open));
    CPPUNIT_ASSERT_EQUAL(get("Forwarded: for=\"x\\\"\", for=192.0.2.1\r\n" + std::string(VIA)),
                         forwarded("Forwarded: for=\"x\\\"\"\r\n"));
    // to name it in Connection takes out the client's word, not ours
    CPPUNIT_ASSERT_EQUAL(get("X-Forwarded-For: 192.0.2.1\r\n" + std::string(VIA)),
                         xff("Connection: X-Forwarded-For, via\r\nX-Forwarded-For: 1\r\nVia: 1.1 a\r\n"));
}

TEST(HttpForwardedTest, standsBesideOtherChanges)
{
    CPPUNIT_ASSERT_EQUAL(get("Connection: keep-alive\r\nX-Forwarded-For: 192.0.2.1\r\nVia: 1.0 proximux\r\n", "1.0"),
                         sent(get("Keep-Alive: 1\r\n", "1.0"), HttpForwarded::xForwardedFor));
    const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
    CPPUNIT_ASSERT_EQUAL(
        post + "Via: 1.1 a, 1.1 proximux\r\nForwarded: for=192.0.2.1\r\nContent-Length: 3\r\n\r\nabc",
        sent("\r\n" + post + "Via: 1.1 a\r\nTransfer-Encoding: chunked\r\nTE: a\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
             HttpForwarded::forwarded));
    ConversationSettings settings;
    settings.pins = true;
    CPPUNIT_ASSERT_EQUAL(
        get("Upgrade: x\r\nConnection: upgrade\r\nX-Forwarded-For: 192.0.2.1\r\n" + std::string(VIA)),
        sent(get("Upgrade: x\r\nConnection: upgrade\r\n"), HttpForwarded::xForwardedFor, "192.0.2.1", settings));
}

} // namespace proximux
