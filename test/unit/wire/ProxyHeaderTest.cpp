#include "support/Test.h"

#include <proximux/Number.h>
#include <proximux/wire/ProxyHeaderReader.h>

#include <algorithm>
#include <string>
#include <vector>

namespace proximux
{

/// The header of the PROXY protocol, as it is read and as it is written.
class ProxyHeaderTest : public CppUnit::TestCase
{
protected:
    using State = ProxyHeaderReader::State;

    struct Result
    {
        State state = State::more;
        std::size_t taken = 0;
        std::string why;
        ProxyHeader header;
    };

    /// Reads from these bytes, at most `piece` of them at a time.
    static Result read(const std::string& bytes, std::size_t piece = 10000)
    {
        ProxyHeaderReader reader;
        Result result;
        while (result.state == State::more && result.taken < bytes.size())
        {
            CPPUNIT_ASSERT(reader.wanted() > 0);
            const std::string part = bytes.substr(result.taken, std::min(reader.wanted(), piece));
            result.state = reader.take(part);
            result.taken += part.size();
        }
        result.why = reader.why();
        result.header = reader.header();
        return result;
    }

    static std::string v2(char command, char family, const std::string& rest)
    {
        std::string whole(proxyheader::BEGIN_V2);
        whole += command;
        whole += family;
        appendNumber(whole, rest.size(), 2);
        return whole + rest;
    }

    static std::string tlv(char type, const std::string& value)
    {
        std::string whole(1, type);
        appendNumber(whole, value.size(), 2);
        return whole + value;
    }

    /// 192.0.2.1:50000 to 198.51.100.7:443.
    static std::string ends() { return {"\xC0\x00\x02\x01\xC6\x33\x64\x07\xC3\x50\x01\xBB", 12}; }

    static void assertRefused(const std::string& bytes, const std::string& why)
    {
        const Result result = read(bytes);
        CPPUNIT_ASSERT_MESSAGE(bytes, State::malformed == result.state);
        CPPUNIT_ASSERT_MESSAGE(result.why, result.why.find(why) != std::string::npos);
    }

    /// Read as a header that says this of the client.
    static void assertSource(const std::string& host, std::uint16_t port, const std::string& bytes)
    {
        const Result result = read(bytes + "GET / HTTP/1.1\r\n\r\n");
        CPPUNIT_ASSERT_MESSAGE(bytes + result.why, State::complete == result.state);
        CPPUNIT_ASSERT_EQUAL(bytes.size(), result.taken);
        CPPUNIT_ASSERT_EQUAL(host, result.header.source.host());
        CPPUNIT_ASSERT_EQUAL(port, result.header.source.port);
    }

    static ProxyHeader between(const std::string& source, const std::string& destination)
    {
        ProxyHeader header;
        header.source = ProxyEnd::of(*AddressRange::addressOf(source), 50000);
        header.destination = ProxyEnd::of(*AddressRange::addressOf(destination), 443);
        return header;
    }
};

TEST(ProxyHeaderTest, aLineSaysWhoTheClientIs)
{
    assertSource("192.0.2.1", 50000, "PROXY TCP4 192.0.2.1 198.51.100.7 50000 443\r\n");
    assertSource("0.0.0.0", 0, "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n");
    assertSource("2001:db8::1", 65535, "PROXY TCP6 2001:db8:0::1 ::1 65535 443\r\n");
    assertSource("::", 1, "PROXY TCP6 :: :: 1 1\r\n");
    assertSource("192.0.2.1", 1, "PROXY TCP6 ::ffff:192.0.2.1 ::1 1 1\r\n");
    assertSource("", 0, "PROXY UNKNOWN\r\n");
    assertSource("", 0, "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n");
    assertSource("", 0, "PROXY UNKNOWN " + std::string(ProxyHeader::MOST_OF_V1 - 16, 'x') + "\r\n");
}

TEST(ProxyHeaderTest, aBinaryHeaderSaysWhoTheClientIs)
{
    assertSource("192.0.2.1", 50000, v2(0x21, 0x11, ends()));
    const std::string v6 =
        "\x20\x01\x0d\xb8" + std::string(11, '\0') + "\x01" + std::string(16, '\0') + "\xC3\x50\x01\xBB";
    assertSource("2001:db8::1", 50000, v2(0x21, 0x21, v6));
    const auto path = [](std::string text) { return text.resize(ProxyHeader::SIZE_OF_PATH), text; };
    assertSource("unix:/run/a b.sock", 0, v2(0x21, 0x31, path("/run/a b.sock") + path("")));
    assertSource("unix:@abstract", 0, v2(0x21, 0x31, path(std::string("\0abstract", 9)) + path("")));
    assertSource("", 0, v2(0x21, 0x00, "whatever this is"));
    assertSource("", 0, v2(0x20, 0x11, "not of us"));
    CPPUNIT_ASSERT(read(v2(0x20, 0x00, "")).header.isLocal);
    CPPUNIT_ASSERT(!read(v2(0x21, 0x11, ends())).header.isLocal);
    assertSource("192.0.2.1", 50000, v2(0x21, 0x11, ends() + tlv(0x04, std::string(4096 - 12 - 3, '\0'))));
}

TEST(ProxyHeaderTest, noByteBehindItIsRead)
{
    for (const std::string& header :
         {std::string("PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\n"), std::string("PROXY TCP6 :: :: 0 0\r\n"),
          std::string("PROXY UNKNOWN\r\n"), v2(0x20, 0, ""), v2(0x21, 0x11, ends() + tlv(0x05, "id"))})
        for (const std::size_t piece : {1U, 2U, 7U, 10000U})
        {
            const Result result = read(header + header, piece);
            CPPUNIT_ASSERT(State::complete == result.state);
            CPPUNIT_ASSERT_EQUAL(header.size(), result.taken);
        }
}

TEST(ProxyHeaderTest, eachBeginningNeedsMore)
{
    for (const std::string& header :
         {std::string("PROXY TCP4 192.0.2.1 198.51.100.7 50000 443\r\n"), std::string("PROXY UNKNOWN\r\n"),
          v2(0x20, 0, ""), v2(0x21, 0x11, ends() + tlv(0x05, "id"))})
        for (std::size_t size = 0; size < header.size(); ++size)
            CPPUNIT_ASSERT(State::more == read(header.substr(0, size)).state);
}

TEST(ProxyHeaderTest, otherBytesAreRefusedAtTheFirst)
{
    const std::string expected = "a PROXY header was expected";
    for (const char* other : {"GET / HTTP/1.1\r\n", "\x16\x03\x01", "PROXX", "\r\n\r\n\r\n", "proxy TCP4", "\n"})
        assertRefused(other, expected);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, read("G", 1).taken);
    CPPUNIT_ASSERT_EQUAL(std::size_t{5}, read("PROXX UNKNOWN\r\n", 1).taken);
}

TEST(ProxyHeaderTest, aLineHasAnEnd)
{
    const std::string unknown = "PROXY UNKNOWN ";
    const std::string most(ProxyHeader::MOST_OF_V1 - 16, 'x');
    assertRefused(unknown + most + "xx\r\n", "no CRLF within 107 bytes");
    assertRefused(unknown + most + "x\r\n", "no CRLF within 107 bytes");
    assertRefused(unknown + std::string(200, 'x'), "no CRLF within 107 bytes");
    assertRefused("PROXY UNKNOWN x\n", "a CR or LF");
    assertRefused("PROXY UNKNOWN x\rx\r\n", "a CR or LF");
    assertRefused("PROXY TCP4 1.1.1.1\r\n 1.1.1.1 1 1\r\n", "malformed");
}

TEST(ProxyHeaderTest, aLineIsReadStrictly)
{
    for (const char* rest :
         {"TCP4 01.1.1.1 1.1.1.1 1 1", "TCP4 1.1.1 1.1.1.1 1 1", "TCP4 ::1 ::1 1 1", "TCP6 1.1.1.1 1.1.1.1 1 1",
          "TCP4 1.1.1.1 1.1.1.1 65536 1", "TCP4 1.1.1.1 1.1.1.1 01 1", "TCP4 1.1.1.1 1.1.1.1 -1 1",
          "TCP4 1.1.1.1 1.1.1.1  1", "TCP4  1.1.1.1 1.1.1.1 1 1", "TCP4 1.1.1.1 1.1.1.1 1 1 ", "TCP4 1.1.1.1 1.1.1.1 1",
          "TCP5 1.1.1.1 1.1.1.1 1 1", "UDP4 1.1.1.1 1.1.1.1 1 1", "UNKNOWNS 1.1.1.1", "TCP6 ::1%lo ::1 1 1",
          "TCP4 a.b.c.d 1.1.1.1 1 1", "TCP4 1.1.1.1 1.1.1.1 1 1x"})
        assertRefused(std::string("PROXY ") + rest + "\r\n", "version 1");
}

TEST(ProxyHeaderTest, aBinaryHeaderIsReadStrictly)
{
    assertRefused(v2(0x11, 0x11, ends()), "neither LOCAL nor PROXY");
    assertRefused(v2(0x22, 0x11, ends()), "neither LOCAL nor PROXY");
    for (const int family : {0x12, 0x22, 0x32, 0x10, 0x01, 0x41, 0x13})
        assertRefused(v2(0x21, static_cast<char>(family), ends() + std::string(300, '\0')), "not a family of streams");
    assertRefused(v2(0x21, 0x11, ends().substr(0, 11)), "too short");
    assertRefused(v2(0x21, 0x21, ends()), "too short");
    assertRefused(v2(0x21, 0x31, std::string(215, 'x')), "too short");
    assertRefused(v2(0x21, 0x11, ends() + std::string(4096, '\0')), "longer than 4096 bytes");
    assertRefused(v2(0x20, 0x00, std::string(4097, '\0')), "longer than 4096 bytes");
    for (const std::string& extension : {std::string("\x05"), std::string("\x05\0", 2), std::string("\x05\0\x02x", 4),
                                         tlv(0x05, std::string(129, 'x')), tlv(0x20, "1234"), tlv(0x03, "123"),
                                         tlv(0x20, std::string(5, '\0') + "\x21")})
        assertRefused(v2(0x21, 0x11, ends() + extension), "an extension");
    assertRefused(v2(0x21, 0x11, ends() + tlv(0x03, "1234")), "its checksum");
}

TEST(ProxyHeaderTest, extensionsAreKept)
{
    const std::string ssl = std::string("\x07\0\0\0\0", 5) + tlv(0x21, "TLSv1.3") + tlv(0x22, "a client");
    const ProxyHeader header = read(v2(0x21, 0x11,
                                       ends() + tlv(0x01, "h2") + tlv(0x02, "db.example") + tlv(0x05, "id-1") +
                                           tlv(0x20, ssl) + tlv(0x04, "") + tlv(0x30, "netns")))
                                   .header;
    CPPUNIT_ASSERT_EQUAL(std::string("h2"), header.alpn);
    CPPUNIT_ASSERT_EQUAL(std::string("db.example"), header.authority);
    CPPUNIT_ASSERT_EQUAL(std::string("id-1"), header.uniqueId);
    CPPUNIT_ASSERT_EQUAL(ssl, header.ssl);
    CPPUNIT_ASSERT_EQUAL(std::string("TLSv1.3"), header.tlsVersion);
    CPPUNIT_ASSERT_EQUAL(std::string("a client"), header.certificateName);
}

TEST(ProxyHeaderTest, saysWhatIsKnownOfTls)
{
    ClientTls tls;
    tls.version = "TLSv1.3";
    tls.cipher = "TLS_AES_128_GCM_SHA256";
    const std::string cipher = tlv(0x23, tls.cipher);
    CPPUNIT_ASSERT_EQUAL(std::string("\x01\0\0\0\x01", 5) + tlv(0x21, "TLSv1.3") + cipher, proxySsl(tls));
    tls.isCertified = true;
    CPPUNIT_ASSERT_EQUAL(std::string("\x07\0\0\0\0", 5) + tlv(0x21, "TLSv1.3") + cipher, proxySsl(tls));
    tls.isResumed = true;
    tls.commonName = "a client";
    CPPUNIT_ASSERT_EQUAL(std::string("\x05\0\0\0\0", 5) + tlv(0x21, "TLSv1.3") + tlv(0x22, "a client") + cipher,
                         proxySsl(tls));
    ProxyHeader header = between("192.0.2.1", "198.51.100.7");
    header.ssl = proxySsl(tls);
    const Result result = read(proxyHeaderV2(header, ~0U));
    CPPUNIT_ASSERT_EQUAL(std::string("TLSv1.3"), result.header.tlsVersion);
    CPPUNIT_ASSERT_EQUAL(std::string("a client"), result.header.certificateName);
}

TEST(ProxyHeaderTest, aChecksumIsCastagnoli)
{
    CPPUNIT_ASSERT_EQUAL(std::uint32_t{0xE3069283}, proxyheader::crc32c("123456789", 9));
    CPPUNIT_ASSERT_EQUAL(proxyheader::crc32c(Bytes("a\0\0\0\0b", 6), 100), proxyheader::crc32c("axxxxb", 1));
}

TEST(ProxyHeaderTest, aLineIsWritten)
{
    CPPUNIT_ASSERT_EQUAL(std::string("PROXY TCP4 192.0.2.1 198.51.100.7 50000 443\r\n"),
                         proxyHeaderV1(between("192.0.2.1", "198.51.100.7")));
    CPPUNIT_ASSERT_EQUAL(std::string("PROXY TCP6 2001:db8::1 ::ffff:198.51.100.7 50000 443\r\n"),
                         proxyHeaderV1(between("2001:db8::1", "198.51.100.7")));
    CPPUNIT_ASSERT_EQUAL(std::string("PROXY UNKNOWN\r\n"), proxyHeaderV1({}));
}

TEST(ProxyHeaderTest, aBinaryHeaderIsWritten)
{
    CPPUNIT_ASSERT_EQUAL(v2(0x21, 0x11, ends()), proxyHeaderV2(between("192.0.2.1", "198.51.100.7"), 0));
    CPPUNIT_ASSERT_EQUAL(v2(0x21, 0x00, ""), proxyHeaderV2({}, 0));
    ProxyHeader ours = between("192.0.2.1", "198.51.100.7");
    ours.isLocal = true;
    CPPUNIT_ASSERT_EQUAL(v2(0x20, 0x00, ""), proxyHeaderV2(ours, 0));
    const std::string mixed = proxyHeaderV2(between("192.0.2.1", "2001:db8::2"), 0);
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), read(mixed).header.source.host());
    CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::2"), read(mixed).header.destination.host());
    ProxyHeader local;
    local.source.family = ProxyEnd::Family::local;
    local.source.path = "@name";
    CPPUNIT_ASSERT_EQUAL(std::string("unix:@name"), read(proxyHeaderV2(local, 0)).header.source.host());
    CPPUNIT_ASSERT_EQUAL(std::size_t{16 + 216}, proxyHeaderV2(local, 0).size());
}

TEST(ProxyHeaderTest, whatIsWrittenIsReadAgain)
{
    ProxyHeader header = between("192.0.2.1", "198.51.100.7");
    header.authority = "db.example";
    header.alpn = "h2";
    header.uniqueId = "id-1";
    header.ssl = std::string("\x01\0\0\0\x01", 5) + tlv(0x21, "TLSv1.2");
    unsigned all = 0;
    for (const ProxyExtension& each : PROXY_EXTENSIONS)
        all |= each.bit();
    const Result result = read(proxyHeaderV2(header, all));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(result.why, true, State::complete == result.state);
    CPPUNIT_ASSERT_EQUAL(header.authority, result.header.authority);
    CPPUNIT_ASSERT_EQUAL(header.alpn, result.header.alpn);
    CPPUNIT_ASSERT_EQUAL(header.uniqueId, result.header.uniqueId);
    CPPUNIT_ASSERT_EQUAL(header.ssl, result.header.ssl);
    CPPUNIT_ASSERT(read(proxyHeaderV2(header, 0)).header.uniqueId.empty());
    std::string damaged = proxyHeaderV2(header, all);
    damaged[17] = '\x7F';
    assertRefused(damaged, "its checksum");
}

} // namespace proximux
