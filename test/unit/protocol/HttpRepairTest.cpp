#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/protocol/http/Framers.h>

namespace proximux
{

/// What is wrong with a response and can be corrected before it is passed on (RFC 9112 sections 5.1 and 6.3).
class HttpRepairTest : public CppUnit::TestCase
{
protected:
    ProtocolCheck _check{"http"};

    static std::string ok(const std::string& fields, const std::string& body = "abc")
    {
        return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
    }

    [[nodiscard]] std::string passed(const std::string& response, std::uint32_t hint = 0) const
    {
        return ProtocolCheck::edited(response, _check.response(response, hint).edits);
    }
};

TEST(HttpRepairTest, blanksBeforeAColonAreRemoved)
{
    for (const char* blanks : {" ", "\t", " \t  "})
    {
        const std::string field = std::string("Content-Length") + blanks + ": 3\r\nX" + blanks + ": y\r\n";
        _check.responses().finds({ok(field), ok(field)});
        CPPUNIT_ASSERT_EQUAL(ok("Content-Length: 3\r\nX: y\r\n"), passed(ok(field)));
    }
    // they hide no field from us
    const std::string hidden = "Connection : close, X\r\nX : y\r\nKeep-Alive : 1\r\nTransfer-Encoding : chunked\r\n";
    const std::string chunks = "3\r\nabc\r\n0\r\n\r\n";
    CPPUNIT_ASSERT_EQUAL(ok("Transfer-Encoding: chunked\r\n", chunks), passed(ok(hidden, chunks)));
    CPPUNIT_ASSERT(_check.response(ok(hidden, chunks)).closesTarget);
    // nor in what precedes a response, or begins a tunnel
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"),
                         passed("HTTP/1.1 103 Early Hints\r\nLink : <a>\r\n\r\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n"),
                         passed("HTTP/1.1 101 Go\r\nUpgrade : x\r\n\r\n", http::hint::UPGRADE));
}

TEST(HttpRepairTest, equalLengthsAreMadeOne)
{
    for (const char* fields :
         {"Content-Length: 3, 3\r\n", "Content-Length: 3,3 , 3\r\n", "Content-Length : 3, 3\r\n",
          "Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: 3\r\ncontent-length : 3, 03\r\n"})
    {
        _check.responses().finds({ok(fields), ok(fields)});
        CPPUNIT_ASSERT_EQUAL(ok("Content-Length: 3\r\n"), passed(ok(fields)));
    }
    // among fields that go, in their order
    CPPUNIT_ASSERT_EQUAL(
        ok("A: b\r\nContent-Length: 3\r\nB: c\r\nConnection: close\r\n"),
        passed(ok("Connection: X\r\nA : b\r\nX : y\r\nContent-Length: 3, 3\r\nKeep-Alive : 1\r\nB : c\r\n"
                  "Content-Length : 3\r\n"),
               http::hint::CLOSE));
}

TEST(HttpRepairTest, whatCanNotBeCorrectedIsRefused)
{
    const std::pair<std::string, std::string> all[] = {
        {"Content-Length: 3, 4\r\n", "an HTTP response with different Content-Length values (RFC 9112 section 6.3)"},
        {"Content-Length: 3, x\r\n", "an HTTP response with different Content-Length values (RFC 9112 section 6.3)"},
        {"Content-Length: 3\r\nContent-Length: 4\r\n",
         "an HTTP response with different Content-Length values (RFC 9112 section 6.3)"},
        {"Content-Length: , 3\r\n", "an invalid HTTP Content-Length (RFC 9112 section 6.3)"},
        {"Content-Length: 3 3\r\n", "an invalid HTTP Content-Length (RFC 9112 section 6.3)"},
        {"Content-Length: -3\r\n", "an invalid HTTP Content-Length (RFC 9112 section 6.3)"},
        {"Content-Length\r\n", "an invalid HTTP field name (RFC 9112 section 5.1)"},
        {"Content Length: 3\r\n", "an invalid HTTP field name (RFC 9112 section 5.1)"},
        {" : 3\r\n", "an obsolete folded HTTP field (RFC 9112 section 5.2)"},
        {"X: y\r\n Content-Length: 3\r\n", "an obsolete folded HTTP field (RFC 9112 section 5.2)"},
        {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
         "an HTTP response with both Transfer-Encoding and Content-Length (RFC 9112 section 6.1)"},
    };
    for (const auto& [fields, reason] : all)
        _check.responses().refuses(ok(fields), reason);
}

TEST(HttpRepairTest, soManyFieldsAreRepaired)
{
    std::string fields = "Content-Length: 3\r\n";
    std::string repaired = fields;
    for (int i = 0; i < 128; ++i)
    {
        fields += "X : y\r\n";
        repaired += "X: y\r\n";
    }
    CPPUNIT_ASSERT_EQUAL(ok(repaired), passed(ok(fields)));
    _check.responses().refuses(ok(fields + "X : y\r\n"), "an HTTP response with too many fields to repair");
}

TEST(HttpRepairTest, requestsAreNotRepaired)
{
    const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
    _check.requests().refuses(post + "Content-Length : 3\r\n\r\n", "an invalid HTTP field name (RFC 9112 section 5.1)");
    _check.requests().refuses(post + "Content-Length: 3, 3\r\n\r\n",
                              "an invalid HTTP Content-Length (RFC 9112 section 6.3)");
    _check.requests().refuses(post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
                              "an HTTP request with two Content-Length fields (RFC 9112 section 6.3)");
}

} // namespace proximux
