#include "support/Test.h"

#include <proximux/protocol/Sniffer.h>

#include <string>

using namespace proximux;

class SnifferTest : public CppUnit::TestCase
{
protected:
    static void expect(Sniffed::Kind kind, const std::string& name, Bytes bytes)
    {
        const Sniffed found = sniff(bytes);
        CPPUNIT_ASSERT_MESSAGE(std::string(bytes), kind == found.kind);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(bytes), name,
                                     std::string(found.protocol != nullptr ? found.protocol->name : ""));
    }
};

TEST(SnifferTest, knowsARequest)
{
    expect(Sniffed::Kind::known, "http", "GET / HTTP/1.1\r\n");
    expect(Sniffed::Kind::known, "http", "M-SEARCH * HTTP/1.0\nHost: a\n");
    expect(Sniffed::Kind::known, "resp", "*1\r\n$4\r\nPING\r\n");
    expect(Sniffed::Kind::known, "resp", "*2\r\n$3\r\nGET\r\n$");
}

TEST(SnifferTest, waitsForTheRestOfOne)
{
    for (const Bytes whole : {"GET / HTTP/1.1\r\n", "*2\r\n$3\r\nGET\r\n"})
        for (std::size_t size = 0; size < whole.size(); ++size)
            expect(Sniffed::Kind::more, "", whole.substr(0, size));
    expect(Sniffed::Kind::more, "", "\x16");
}

TEST(SnifferTest, takesEverythingElseForRaw)
{
    for (const char* bytes : {"GET /\r\n", "get / HTTP/1.1\r\n", "PING\r\n", "*0\r\n", "*1\r\n:1\r\n",
                              "*1\r\n$2\r\n\x01x\r\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "\x16\x01", " "})
        expect(Sniffed::Kind::raw, "", bytes);
    expect(Sniffed::Kind::raw, "", "GET /" + std::string(9000, 'a'));
}

TEST(SnifferTest, knowsWhatIsNotSupported)
{
    expect(Sniffed::Kind::unsupported, "http", "PRI * HTTP/2.0\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/2 (not supported)"), std::string(sniff("PRI * HTTP/2.0\r\n").refusal));
    expect(Sniffed::Kind::unsupported, "", "\x16\x03\x01");
    CPPUNIT_ASSERT_EQUAL(std::string("TLS (not supported)"), std::string(sniff("\x16\x03").refusal));
}
