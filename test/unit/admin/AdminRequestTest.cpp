#include "support/Test.h"

#include <proximux/admin/Request.h>

#include <string>

namespace proximux::admin
{

using Kind = RequestReader::Kind;

/// What a connection sends, in any pieces.
class AdminRequestTest : public CppUnit::TestCase
{
protected:
    static constexpr const char* GET = "GET /livez?x HTTP/1.1\r\nHost: localhost:9900\r\n\r\n";

    static RequestReader read(const std::string& text, Kind expected, bool takesLines = true)
    {
        RequestReader reader(takesLines);
        const Kind kind = reader.feed(text);
        CPPUNIT_ASSERT_MESSAGE(text, expected == kind);
        return reader;
    }

    static void expectRefused(const std::string& text, int status)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text.substr(0, 200), status, read(text, Kind::refused).refusal().status);
    }
};

TEST(AdminRequestTest, aRequestIsReadByteByByteAsInOnePiece)
{
    const std::string text = "POST /reload HTTP/1.1\r\nHost: a\r\nContent-Type:  application/json \r\n"
                             "AUTHORIZATION: Bearer x\r\nContent-Length: 2\r\n\r\n{}";
    RequestReader reader(true);
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
        CPPUNIT_ASSERT_MESSAGE(text.substr(0, i + 1), reader.feed(text.substr(i, 1)) == Kind::more);
    CPPUNIT_ASSERT(reader.feed(text.substr(text.size() - 1)) == Kind::request);
    for (const RequestReader& each : {reader, read(text, Kind::request)})
    {
        CPPUNIT_ASSERT_EQUAL(std::string("POST"), each.request().method);
        CPPUNIT_ASSERT_EQUAL(std::string("/reload"), each.request().path);
        CPPUNIT_ASSERT_EQUAL(std::string("a"), each.request().host);
        CPPUNIT_ASSERT_EQUAL(std::string("application/json"), each.request().contentType);
        CPPUNIT_ASSERT_EQUAL(std::string("Bearer x"), each.request().authorization);
    }
}

TEST(AdminRequestTest, aQueryIsNoPartOfThePath)
{
    CPPUNIT_ASSERT_EQUAL(std::string("/livez"), read(GET, Kind::request).request().path);
    CPPUNIT_ASSERT_EQUAL(std::string("x"), read(GET, Kind::request).request().query);
    const Request none = read("GET /? HTTP/1.1\r\nHost: a\r\nIf-None-Match: W/\"1\"\r\n\r\n", Kind::request).request();
    CPPUNIT_ASSERT_EQUAL(std::string("/"), none.path);
    CPPUNIT_ASSERT_EQUAL(std::string(), none.query);
    CPPUNIT_ASSERT_EQUAL(std::string("W/\"1\""), none.ifNoneMatch);
    const Request both = read("GET /a?b?c#d HTTP/1.1\r\nHost: a\r\n\r\n", Kind::request).request();
    CPPUNIT_ASSERT_EQUAL(std::string("b?c"), both.query);
}

TEST(AdminRequestTest, theFirstByteDecidesBetweenRequestAndCommand)
{
    CPPUNIT_ASSERT_EQUAL(std::string("show clients"), read("show clients\r\n", Kind::line).line());
    CPPUNIT_ASSERT(!read("show", Kind::more).isHttp());
    CPPUNIT_ASSERT(read("G", Kind::more).isHttp());
    expectRefused("DELETE\r\n\r\n", 400);
    CPPUNIT_ASSERT_EQUAL(400, read("show clients\r\n\r\n", Kind::refused, false).refusal().status);
}

TEST(AdminRequestTest, aCommandMayEndWithTheConnection)
{
    RequestReader reader = read("help", Kind::more);
    CPPUNIT_ASSERT(reader.finish() == Kind::line);
    CPPUNIT_ASSERT_EQUAL(std::string("help"), reader.line());
    RequestReader request = read("GET / HTTP/1.1\r\n", Kind::more);
    CPPUNIT_ASSERT(request.finish() == Kind::more);
    CPPUNIT_ASSERT(RequestReader(true).finish() == Kind::more);
}

TEST(AdminRequestTest, sizesHaveLimits)
{
    const std::string host = "Host: a\r\n";
    expectRefused("GET / HTTP/1.1\r\n" + host + "X: " + std::string(65536, 'x') + "\r\n\r\n", 431);
    expectRefused("GET / HTTP/1.1\r\nX: " + std::string(70000, 'x'), 431);
    expectRefused("POST / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n", 413);
    expectRefused("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 411);
    expectRefused(std::string(5000, 'x'), 400);
    expectRefused(std::string(5000, 'x') + "\n", 400);
    read(std::string(4096, 'x') + "\n", Kind::line);
}

TEST(AdminRequestTest, ambiguousRequestsAreRefused)
{
    for (const char* text :
         {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
          "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"})
        expectRefused(text, 400);
}

} // namespace proximux::admin
