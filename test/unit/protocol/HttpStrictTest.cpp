#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/protocol/http/Framers.h>

namespace proximux
{

/// Forms of requests that two servers could read in two ways, or that would keep a client waiting for nothing.
class HttpStrictTest : public CppUnit::TestCase
{
protected:
    ProtocolCheck _check{"http"};

    static std::string post(const std::string& fields, const std::string& body = "")
    {
        return "POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
    }

    static std::string chunks(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

    void refuses(const std::vector<std::string>& requests, const std::string& why) const
    {
        for (const std::string& request : requests)
            _check.requests().refuses(request, why);
    }
};

TEST(HttpStrictTest, knowsOneTransferCodingOfRequests)
{
    refuses(
        {
            post("Transfer-Encoding: gzip, chunked\r\n"),
            post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
            post("Transfer-Encoding: , chunked\r\n"),
            post("Transfer-Encoding: chunked,\r\n"),
            post("Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n"),
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"),
            post("Transfer-Encoding: \"chunked\"\r\n"),
            post("Transfer-Encoding: chunked;q=1\r\n"),
            post("Transfer-Encoding: x\", chunked\r\n"),
            post("Transfer-Encoding: identity\r\n"),
            post("Transfer-Encoding:\r\n"),
            post("Transfer-Encoding: chunked chunked\r\n"),
        },
        "an HTTP request with a Transfer-Encoding other than chunked (RFC 9112 section 6.1)");
    refuses({post("Transfer-Encoding: chunked, chunked\r\n"), post("Transfer-Encoding: chunked, gzip\r\n")},
            "Transfer-Encoding: chunked is not the last coding (RFC 9112 section 6.1)");
}

TEST(HttpStrictTest, readsTrailersAsItReadsHeads)
{
    refuses({chunks("0\r\nGET /inner HTTP/1.1\r\nHost: x\r\n\r\n"), chunks("0\r\nX : y\r\n\r\n"),
             chunks("0\r\n: y\r\n\r\n"), chunks("0\r\nX\r\n\r\n")},
            "an invalid HTTP field name (RFC 9112 section 5.1)");
    refuses({chunks("0\r\nX: y\r\n folded\r\n\r\n"), chunks("0\r\n\tX: y\r\n\r\n")},
            "an obsolete folded HTTP field (RFC 9112 section 5.2)");
    refuses({chunks(std::string("0\r\nX: \0y\r\n\r\n", 12)), chunks("0\r\nX: \x7f\r\n\r\n")},
            "an HTTP chunk or trailer line containing a control character");
    refuses({chunks("0\r\nX: y\n\r\n\r\n"), chunks("0\r\nX: y\rz\r\n\r\n"), chunks("0\r\n\n")},
            "an HTTP chunk or trailer line that does not end in CRLF (RFC 9112 section 7.1)");
    refuses({chunks("0\r\nContent-Length: 5\r\n\r\n"), chunks("0\r\ntransfer-encoding: chunked\r\n\r\n"),
             chunks("0\r\nHost: y\r\n\r\n")},
            "a forbidden field in an HTTP trailer (RFC 9110 section 6.5.1)");
}

TEST(HttpStrictTest, readsChunkLinesStrictly)
{
    refuses({chunks("-1\r\n"), chunks("+3\r\nabc\r\n"), chunks("\r\n"), chunks(" 3\r\nabc\r\n"),
             chunks("3 ;a=b\r\nabc\r\n"), chunks("3\t\r\nabc\r\n"), chunks("10000000000000000\r\n"), chunks("g\r\n")},
            "an invalid HTTP chunk size (RFC 9112 section 7.1)");
    refuses({chunks("3;a\nb\r\nabc\r\n"), chunks("3;a\rb\r\nabc\r\n"), chunks("3\r\r\nabc\r\n"), chunks("3\n")},
            "an HTTP chunk or trailer line that does not end in CRLF (RFC 9112 section 7.1)");
    refuses({chunks(std::string("3;a\0\r\nabc\r\n", 11))},
            "an HTTP chunk or trailer line containing a control character");
    refuses({chunks("3\r\nabc\n0\r\n\r\n"), chunks("3\r\nabc0\r\n"), chunks("3\r\nabc\rX")},
            "an HTTP chunk without its final CRLF (RFC 9112 section 7.1)");
    CPPUNIT_ASSERT_EQUAL(std::string("an HTTP chunk or trailer line longer than 8 KiB"),
                         _check.requests().read(chunks("3;" + std::string(9000, 'a')), {}).malformed);
}

TEST(HttpStrictTest, readsLengthsStrictly)
{
    for (const char* length :
         {"5, 5", "5,", "", "-5", "5 5", "5.0", "5;", "0x5", "1e1", "9999999999999999999", "\"5\""})
        _check.requests().refuses(post(std::string("Content-Length: ") + length + "\r\n"),
                                  "an invalid HTTP Content-Length (RFC 9112 section 6.3)");
    refuses({post("Content-Length: 5\r\nContent-Length: 5, 5\r\n")},
            "an invalid HTTP Content-Length (RFC 9112 section 6.3)");
    refuses({post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")},
            "an HTTP request with both Transfer-Encoding and Content-Length (RFC 9112 section 6.1)");
    refuses({"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
            "an HTTP/1.0 request with Transfer-Encoding (RFC 9112 section 6.1)");
}

TEST(HttpStrictTest, readsRequestLinesStrictly)
{
    const std::string host = "\r\nHost: x\r\n\r\n";
    refuses({"GET  / HTTP/1.1" + host, "GET /  HTTP/1.1" + host, " GET / HTTP/1.1" + host, "GET / HTTP/1.1 " + host,
             "GET\t/ HTTP/1.1" + host, "GET /\tHTTP/1.1" + host, "GET /a b HTTP/1.1" + host, "GET HTTP/1.1" + host,
             "GET /" + host, "GET" + host, ": x HTTP/1.1" + host},
            "an invalid HTTP request line (RFC 9112 section 3)");
    refuses({"GET / HTTP/1.1x" + host, "GET / http/1.1" + host, "GET / HTTP/1.10" + host, "GET / HTTP/01.1" + host,
             "GET / HTTP/2.0" + host, "GET / HTTP/0.9" + host, "GET / HTTP/1" + host},
            "an unsupported HTTP version (expected 1.0 or 1.1)");
    refuses({"GET / HTTP/1.1\r\n Host: x\r\n\r\n"}, "an obsolete folded HTTP field (RFC 9112 section 5.2)");
}

/// Not only when a head is whole that never may be.
TEST(HttpStrictTest, refusesAsSoonAsItIsWrong)
{
    refuses({"GET /\r\n", "hello\r\n", std::string("\x16\x03\x01\x02", 4), "\x80", "GET /a b c\r\n"},
            "an invalid HTTP request line (RFC 9112 section 3)");
    refuses({"GET / HTTP/3\r\n"}, "an unsupported HTTP version (expected 1.0 or 1.1)");
    refuses({"PRI * HTTP/2.0\r\n"}, "HTTP/2 (not supported)");
    refuses({"\r\n\r\n\r\n"}, "too many empty lines before an HTTP request");
    refuses({"GET / HTTP/1.1\n", "GET / HTTP/1.1\nHost: x\r\n\r\n"},
            "an HTTP head containing a control character or a line that does not end in CRLF (RFC 9112 section 2.2)");
}

TEST(HttpStrictTest, takesWhatIsRight)
{
    const std::string host = "Host: x\r\n\r\n";
    _check.requests().finds(
        {"\r\n\r\nget / HTTP/1.1\r\n" + host, "OPTIONS * HTTP/1.1\r\n" + host, "GET http://x/ HTTP/1.1\r\n" + host,
         "CONNECT x:1 HTTP/1.1\r\n" + host, "M-SEARCH /\xc3\xa4 HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
         post("Content-Length:5\t\r\n", "hello"), post("transfer-encoding:CHUNKED\r\n", "0\r\n\r\n"),
         chunks("3;a;b=\"c d\"\r\nabc\r\n000A\r\n0123456789\r\n00\r\nX: y\r\nz:\r\n\r\n")});
}

TEST(HttpStrictTest, takesOutSoManyFields)
{
    std::string fields;
    for (int i = 0; i < 32; ++i)
        fields += "Keep-Alive: 1\r\n";
    _check.requests().finds({post(fields)});
    _check.requests().refuses(post(fields + "Upgrade: x\r\n"), "an HTTP head with too many hop-by-hop fields");
}

TEST(HttpStrictTest, knowsSoManyOptionsOfAConnection)
{
    std::string list = "Connection: a";
    for (int i = 1; i < 32; ++i)
        list += ",a";
    _check.requests().finds({post(list + "\r\n"), post("Connection: a, b,, c\r\nconnection: d\r\n")});
    for (const char* more : {",a\r\n", "\r\nConnection: a\r\n"})
        _check.requests().refuses(post(list + more), "an HTTP Connection field with too many options");
}

TEST(HttpStrictTest, responsesMayBeOlder)
{
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    // blanks behind the size
    _check.responses().finds({head + "3  \r\nabc\r\n3\t;a\r\nabc\r\n0 \r\n\r\n"});
    _check.responses().refuses(head + "3 3\r\n", "an invalid HTTP chunk size (RFC 9112 section 7.1)");
    _check.responses().refuses(head + "0\r\nnonsense\r\n\r\n", "an invalid HTTP field name (RFC 9112 section 5.1)");
}

} // namespace proximux
