#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/protocol/http/Framers.h>

namespace proximux
{

class HttpTest : public CppUnit::TestCase
{
protected:
    ProtocolCheck _check{"http"};

    static std::string get(const std::string& fields = "", const std::string& version = "1.1")
    {
        return "GET /a?b=c HTTP/" + version + "\r\nHost: x\r\n" + fields + "\r\n";
    }

    [[nodiscard]] std::string sent(const std::string& request, ConversationSettings settings = {}) const
    {
        settings.pins = true;
        return ProtocolCheck::edited(request, ProtocolCheck::ask(*_check.talk(settings), request).edits);
    }

    [[nodiscard]] std::string passed(const std::string& response, std::uint32_t hint = 0) const
    {
        return ProtocolCheck::edited(response, _check.response(response, hint).edits);
    }

    /// What is sent in place of a request.
    [[nodiscard]] std::string rewritten(const std::string& request, const ConversationSettings& settings = {}) const
    {
        const auto talk = _check.talk(settings);
        const RequestTraits traits = ProtocolCheck::ask(*talk, request);
        std::string text;
        if (!traits.rewritten)
            return ProtocolCheck::edited(request, traits.edits);
        talk->rewrite(request, traits, text);
        return text;
    }
};

TEST(HttpTest, delimitsRequests)
{
    const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\n"
                                "abc\r\n0A\r\n0123456789\r\n0\r\nX: y\r\n\r\n";
    _check.requests().finds({get(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
                             "GET / HTTP/1.0\r\n\r\n", "\r\n" + get(), chunked,
                             "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"});
}

TEST(HttpTest, delimitsResponses)
{
    _check.responses().finds({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                              "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", "HTTP/1.1 304 \r\nContent-Length: 9\r\n\r\n",
                              "HTTP/1.1 100 Continue\r\n\r\n",
                              "HTTP/1.1 200\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
    _check.responses(http::hint::HEAD)
        .finds(
            {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"});
}

TEST(HttpTest, refusesEveryWayToSmuggle)
{
    const std::string line =
        "an HTTP head containing a control character or a line that does not end in CRLF (RFC 9112 section 2.2)";
    const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
    const std::pair<std::string, std::string> all[] = {
        {post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
         "an HTTP request with both Transfer-Encoding and Content-Length (RFC 9112 section 6.1)"},
        {post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
         "an HTTP request with two Content-Length fields (RFC 9112 section 6.3)"},
        {post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
         "an HTTP request with two Content-Length fields (RFC 9112 section 6.3)"},
        {post + "Content-Length: 3, 3\r\n\r\n", "an invalid HTTP Content-Length (RFC 9112 section 6.3)"},
        {post + "Content-Length: +3\r\n\r\n", "an invalid HTTP Content-Length (RFC 9112 section 6.3)"},
        {post + "Content-Length: 0x3\r\n\r\n", "an invalid HTTP Content-Length (RFC 9112 section 6.3)"},
        {post + "X: y\r\n folded\r\n\r\n", "an obsolete folded HTTP field (RFC 9112 section 5.2)"},
        {post + "X: y\rz\r\n\r\n", line},
        {post + "X: y\nContent-Length: 3\r\n\r\n", line},
        {"GET / HTTP/1.1\nHost: x\n\n", line},
        {post + std::string("X: \0\r\n\r\n", 8), line},
        {post + "Transfer-Encoding: gzip\r\n\r\n",
         "an HTTP request with a Transfer-Encoding other than chunked (RFC 9112 section 6.1)"},
        {post + "Transfer-Encoding: xchunked\r\n\r\n",
         "an HTTP request with a Transfer-Encoding other than chunked (RFC 9112 section 6.1)"},
        {post + "Transfer-Encoding: chunked, identity\r\n\r\n",
         "Transfer-Encoding: chunked is not the last coding (RFC 9112 section 6.1)"},
        {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         "Transfer-Encoding: chunked is not the last coding (RFC 9112 section 6.1)"},
        {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
         "an HTTP/1.0 request with Transfer-Encoding (RFC 9112 section 6.1)"},
        {post + "Content-Length : 3\r\n\r\n", "an invalid HTTP field name (RFC 9112 section 5.1)"},
        {post + "Transfer-Encoding\t: chunked\r\n\r\n", "an invalid HTTP field name (RFC 9112 section 5.1)"},
        {post + ": y\r\n\r\n", "an invalid HTTP field name (RFC 9112 section 5.1)"},
        {"GET / HTTP/1.1\r\n\r\n", "an HTTP request without exactly one Host field (RFC 9112 section 3.2)"},
        {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
         "an HTTP request without exactly one Host field (RFC 9112 section 3.2)"},
        {"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "an invalid HTTP request line (RFC 9112 section 3)"},
        {"G@T / HTTP/1.1\r\nHost: x\r\n\r\n", "an invalid HTTP request line (RFC 9112 section 3)"},
        {"GET / HTTP/1.2\r\nHost: x\r\n\r\n", "an unsupported HTTP version (expected 1.0 or 1.1)"},
        {"PRI * HTTP/2.0\r\n\r\n", "HTTP/2 (not supported)"},
        {post + "Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n", "an invalid HTTP chunk size (RFC 9112 section 7.1)"},
        {post + "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n",
         "an invalid HTTP chunk size (RFC 9112 section 7.1)"},
        {post + "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n",
         "an HTTP chunk or trailer line that does not end in CRLF (RFC 9112 section 7.1)"},
        {post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
         "an HTTP chunk without its final CRLF (RFC 9112 section 7.1)"},
        {post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
         "an invalid HTTP chunk size (RFC 9112 section 7.1)"},
    };
    for (const auto& [request, reason] : all)
        _check.requests().refuses(request, reason);
    CPPUNIT_ASSERT_EQUAL(std::string("an HTTP head longer than 64 KiB"),
                         _check.requests().read("GET / HTTP/1.1\r\nX: " + std::string(65536, 'a'), {}).malformed);
}

TEST(HttpTest, refusesResponsesThatAreNone)
{
    _check.responses().refuses("hello", "not an HTTP response");
    _check.responses().refuses("HTTP/1.1 2x0 OK\r\n\r\n", "an invalid HTTP status line (RFC 9112 section 4)");
    _check.responses().refuses("HTTP/1.1 101 Switching Protocols\r\n\r\n",
                               "an HTTP 101 response without an Upgrade request (RFC 9110 section 15.2.2)");
    _check.responses().refuses("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                               "an HTTP response with different Content-Length values (RFC 9112 section 6.3)");
    _check.responses().refuses(
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "an HTTP response with both Transfer-Encoding and Content-Length (RFC 9112 section 6.1)");
}

TEST(HttpTest, saysOfConnectionsWhatIsOurs)
{
    CPPUNIT_ASSERT_EQUAL(get(), sent(get()));
    CPPUNIT_ASSERT_EQUAL(get("X: y\r\n"), sent(get("Connection: close\r\nX: y\r\nKeep-Alive: timeout=5\r\n")));
    CPPUNIT_ASSERT_EQUAL(get("X: y\r\n"), sent(get("Connection: keep-alive, Z\r\nX: y\r\nz: 1\r\n")));
    CPPUNIT_ASSERT_EQUAL(get("Connection: keep-alive\r\n", "1.0"), sent(get("", "1.0")));
    CPPUNIT_ASSERT_EQUAL(get(), sent("\r\n" + get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                                  "HTTP2-Settings: AA\r\n")));
    for (const char* field : {"Upgrade: websocket, h2c\r\n", "Upgrade: h2c\r\nUpgrade: websocket\r\n"})
        CPPUNIT_ASSERT_EQUAL(get(), sent(get(std::string("Connection: Upgrade\r\n") + field)));
    // Host and what delimits can't be taken out by naming them
    CPPUNIT_ASSERT_EQUAL(get("Content-Length: 0\r\n"),
                         sent(get("Connection: host, content-length\r\nContent-Length: 0\r\n")));
    const auto talk = _check.talk({});
    CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, get()).last);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, get("Connection: close\r\n")).last);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, get("", "1.0")).last);
    CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, get("Connection: Keep-Alive\r\n", "1.0")).last);

    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    CPPUNIT_ASSERT_EQUAL(ok + "\r\n", passed(ok + "Connection: close\r\nKeep-Alive: x\r\n\r\n"));
    CPPUNIT_ASSERT(_check.response(ok + "Connection: close\r\n\r\n").closesTarget);
    CPPUNIT_ASSERT(!_check.response(ok + "\r\n").closesTarget);
    CPPUNIT_ASSERT_EQUAL(ok + "Connection: close\r\n\r\n", passed(ok + "\r\n", http::hint::CLOSE));
    CPPUNIT_ASSERT_EQUAL(ok + "Connection: keep-alive\r\n\r\n", passed(ok + "\r\n", http::hint::IS_10));
    CPPUNIT_ASSERT(_check.response("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").closesTarget);
    // the connection to the client is kept, which a response of 1.0 has to say
    const std::string old = "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n";
    CPPUNIT_ASSERT_EQUAL(old + "Connection: keep-alive\r\n\r\n", passed(old + "\r\n"));
    CPPUNIT_ASSERT_EQUAL(old + "Connection: close\r\n\r\n", passed(old + "\r\n", http::hint::CLOSE));
    CPPUNIT_ASSERT(_check.response("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n")
                       .closesTarget);
    CPPUNIT_ASSERT(
        !_check.response("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n").closesTarget);
    CPPUNIT_ASSERT(_check.response("HTTP/1.1 103 Early Hints\r\n\r\n").kind == ResponseTraits::Kind::interim);
    CPPUNIT_ASSERT(_check.response("HTTP/1.1 103 Early Hints\r\n\r\n", http::hint::IS_10).swallowed);
}

TEST(HttpTest, answersExpectations)
{
    const std::string head = "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    const auto framer = _check.protocol().makeRequestFramer();
    const Framer::Progress progress = framer->feed(head);
    CPPUNIT_ASSERT(progress.kind == Framer::Progress::Kind::header);
    CPPUNIT_ASSERT_EQUAL(head.size(), progress.taken);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 100 Continue\r\n\r\n"), std::string(_check.talk({})->header(head).text));
    // who is refused must not wait for ever
    const std::string ntlm = "PUT / HTTP/1.1\r\nHost: x\r\nAuthorization: NTLM x\r\nExpect: 100-continue\r\n"
                             "Content-Length: 3\r\n\r\n";
    CPPUNIT_ASSERT(ProtocolCheck::ask(*_check.talk({}), ntlm).local);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 100 Continue\r\n\r\n"), std::string(_check.talk({})->header(ntlm).text));
    CPPUNIT_ASSERT(framer->feed("abc").kind == Framer::Progress::Kind::complete);
    CPPUNIT_ASSERT_EQUAL(std::string("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"), sent(head));
    // who sends the body at once does not wait
    CPPUNIT_ASSERT(_check.protocol().makeRequestFramer()->feed(head + "abc").kind == Framer::Progress::Kind::complete);
}

TEST(HttpTest, tiesUpgradesAndAuthentication)
{
    const std::string socket = get("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n");
    ConversationSettings settings;
    settings.pins = true;
    const RequestTraits traits = ProtocolCheck::ask(*_check.talk(settings), socket);
    CPPUNIT_ASSERT_EQUAL(pins::UPGRADE, traits.pins);
    CPPUNIT_ASSERT_EQUAL(get("Upgrade: websocket\r\nConnection: upgrade\r\n"), sent(socket));
    CPPUNIT_ASSERT(_check.response("HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n", traits.hint).kind ==
                   ResponseTraits::Kind::tunnel);
    const auto talk = _check.talk(settings);
    const RequestTraits claims = ProtocolCheck::ask(*talk, get("Authorization: NTLM xyz\r\n"));
    CPPUNIT_ASSERT(claims.pins == 0 && claims.claims == pins::AUTHENTICATION);
    const std::string challenge = "HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"x\", NTLM\r\n"
                                  "Content-Length: 0\r\n\r\n";
    CPPUNIT_ASSERT_EQUAL(pins::AUTHENTICATION, _check.response(challenge, claims.hint).challenges);
    talk->challenged(pins::AUTHENTICATION);
    CPPUNIT_ASSERT_EQUAL(pins::AUTHENTICATION, ProtocolCheck::ask(*talk, get("Authorization: NTLM xyz\r\n")).pins);
    CPPUNIT_ASSERT_EQUAL(0U, ProtocolCheck::ask(*_check.talk(settings), get("Authorization: Basic xyz\r\n")).pins);
    const RequestTraits refused = ProtocolCheck::ask(*_check.talk({}), socket);
    CPPUNIT_ASSERT(refused.local && refused.reply.find("501 Not Implemented") != std::string::npos);
    const std::string connect = "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n";
    CPPUNIT_ASSERT(ProtocolCheck::ask(*_check.talk(settings), connect).reply.find("405") != std::string::npos);
    settings.connect = true;
    const RequestTraits tunnel = ProtocolCheck::ask(*_check.talk(settings), connect);
    CPPUNIT_ASSERT(!tunnel.local && tunnel.pins == pins::UPGRADE);
    CPPUNIT_ASSERT(_check.response("HTTP/1.1 200 OK\r\n\r\n", tunnel.hint).kind == ResponseTraits::Kind::tunnel);
}

TEST(HttpTest, saysWhatFailed)
{
    const auto talk = _check.talk({});
    std::string reply;
    for (const auto& [failure, status] : {std::pair{Failure::unavailable, "503"}, std::pair{Failure::lost, "502"},
                                          std::pair{Failure::timeout, "504"}, std::pair{Failure::malformed, "502"}})
    {
        CPPUNIT_ASSERT(talk->failed(ProtocolCheck::ask(*talk, get()), failure, reply));
        CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 ") + status, reply.substr(0, 12));
        _check.responses().finds({reply});
    }
    talk->failed(ProtocolCheck::ask(*talk, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"), Failure::lost, reply);
    _check.responses(http::hint::HEAD).finds({reply});
    CPPUNIT_ASSERT(talk->malformed("nonsense", reply));
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 400 Bad Request"), reply.substr(0, 24));
    CPPUNIT_ASSERT(reply.find("Connection: close\r\n") != std::string::npos);
}

TEST(HttpTest, lastsUntilTheTargetEnds)
{
    const auto framer = _check.protocol().makeResponseFramer();
    const std::string head = "HTTP/1.1 200 OK\r\n\r\n";
    CPPUNIT_ASSERT(framer->feed(head + "body").kind == Framer::Progress::Kind::partial);
    CPPUNIT_ASSERT(framer->traits().closesClient && framer->traits().closesTarget);
    CPPUNIT_ASSERT(framer->feed("more").kind == Framer::Progress::Kind::partial);
    CPPUNIT_ASSERT(framer->finish());
    CPPUNIT_ASSERT(!_check.protocol().makeResponseFramer()->finish());
    const auto counted = _check.protocol().makeResponseFramer();
    counted->feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody");
    CPPUNIT_ASSERT(!counted->finish());
}

TEST(HttpTest, aChunkedBodyIsSentWithALength)
{
    const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
    const std::string coding = "Transfer-Encoding: chunked\r\n";
    const std::string chunks = "3;a=\"b\"\r\nabc\r\n0A\r\n0\r\n3456789\r\n0;x\r\n";
    CPPUNIT_ASSERT_EQUAL(post + "X: y\r\nContent-Length: 13\r\n\r\nabc0\r\n3456789",
                         rewritten(post + coding + "X: y\r\n\r\n" + chunks + "\r\n"));
    CPPUNIT_ASSERT_EQUAL(post + "Y: z\r\nContent-Length: 13\r\n\r\nabc0\r\n3456789",
                         rewritten("\r\n" + post + "X: y\r\n" + coding + "Connection: X\r\nY: z\r\nTE: trailers\r\n" +
                                   "Expect: 100-continue\r\n\r\n" + chunks + "\r\n"));
    CPPUNIT_ASSERT_EQUAL(post + "Content-Length: 0\r\n\r\n", rewritten(post + coding + "\r\n0\r\n\r\n"));
    // it is one message still, and the same
    _check.requests().finds({rewritten(post + coding + "\r\n" + chunks + "\r\n")});
    // a trailer would be lost, and who is to get them as they came gets them so
    const std::string trailer = post + coding + "\r\n" + chunks + "X: y\r\n\r\n";
    CPPUNIT_ASSERT_EQUAL(trailer, rewritten(trailer));
    ConversationSettings settings;
    settings.passChunked = true;
    const std::string whole = post + coding + "\r\n" + chunks + "\r\n";
    CPPUNIT_ASSERT_EQUAL(whole, rewritten(whole, settings));
    // of one that is too large to be kept only the beginning is known
    RequestTraits traits;
    _check.talk({})->request(post + coding + "\r\n" + chunks, false, traits);
    CPPUNIT_ASSERT(!traits.rewritten && traits.spends);
}

TEST(HttpTest, whatMayStayUnreadSpendsItsConnection)
{
    const auto spends = [this](const std::string& method, const std::string& rest, bool passChunked = false)
    {
        ConversationSettings settings;
        settings.pins = settings.connect = true;
        settings.passChunked = passChunked;
        const RequestTraits traits =
            ProtocolCheck::ask(*_check.talk(settings), method + " / HTTP/1.1\r\nHost: x\r\n" + rest);
        CPPUNIT_ASSERT_EQUAL(traits.spends, traits.alone);
        CPPUNIT_ASSERT(!traits.spends || !traits.repeatable);
        return traits.spends;
    };
    const std::string counted = "Content-Length: 1\r\n\r\na";
    const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
    const std::string trailer = "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n";
    const std::string none = "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "Post", "X"})
    {
        CPPUNIT_ASSERT_MESSAGE(method, spends(method, counted) && spends(method, chunked) && spends(method, trailer));
        CPPUNIT_ASSERT_MESSAGE(method, !spends(method, "Content-Length: 0\r\n\r\n") && !spends(method, "\r\n"));
        CPPUNIT_ASSERT_MESSAGE(method, !spends(method, none) && spends(method, none, true));
    }
    for (const char* method : {"POST", "PUT", "PATCH"})
    {
        CPPUNIT_ASSERT_MESSAGE(method, !spends(method, counted) && !spends(method, chunked));
        CPPUNIT_ASSERT_MESSAGE(method, spends(method, chunked, true) && spends(method, trailer));
    }
    // who refuses a body may not have read it
    const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
    const std::uint32_t body = ProtocolCheck::ask(*_check.talk({}), post + counted).hint;
    const std::uint32_t empty = ProtocolCheck::ask(*_check.talk({}), post + "\r\n").hint;
    for (const std::string status : {"200", "303", "404", "500"})
    {
        const std::string answer = "HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n";
        CPPUNIT_ASSERT_EQUAL(status >= "400", _check.response(answer, body).spends);
        CPPUNIT_ASSERT(!_check.response(answer, empty).spends);
    }
}

/// Not as it came: what is taken out does not count.
TEST(HttpTest, classifiesARequestAsItIsSent)
{
    ConversationSettings settings;
    settings.pins = true;
    const auto talk = _check.talk(settings);
    CPPUNIT_ASSERT_EQUAL(0U,
                         ProtocolCheck::ask(*talk, get("Authorization: NTLM x\r\nConnection: authorization\r\n")).pins);
    const std::string socket = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    for (const std::string& request :
         {get(socket), get("Connection: te, x\r\nTE: trailers\r\nX: y\r\n"), get("TE: gzip\r\n"),
          get("Connection: close\r\nContent-Length: 2\r\n") + "ab", get("Connection: keep-alive\r\n", "1.0"),
          get("Transfer-Encoding: chunked\r\nConnection: close, transfer-encoding\r\n") + "1\r\na\r\n0\r\n\r\n"})
    {
        const RequestTraits came = ProtocolCheck::ask(*talk, request);
        const std::string text = rewritten(request, settings);
        const RequestTraits sent = ProtocolCheck::ask(*talk, text);
        CPPUNIT_ASSERT_EQUAL(came.pins, sent.pins);
        CPPUNIT_ASSERT_EQUAL(came.spends, sent.spends);
        CPPUNIT_ASSERT_EQUAL(came.barrier, sent.barrier);
        CPPUNIT_ASSERT_EQUAL(text, rewritten(text, settings));
        _check.requests().finds({text});
    }
}

TEST(HttpTest, describes)
{
    CPPUNIT_ASSERT_EQUAL(std::string("GET /a"), _check.protocol().describe(get(), 100));
    CPPUNIT_ASSERT_EQUAL(std::string("GET"), _check.protocol().describe(get(), 3));
    CPPUNIT_ASSERT(_check.protocol().isSecret(get("Cookie: x\r\n")));
    CPPUNIT_ASSERT(!_check.protocol().isSecret(get()));
    CPPUNIT_ASSERT(_check.protocol().isSecret("GET / HTTP/1.1\r\nAUTHORIZATION: x\r\nPad: the rest is not ke"));
    CPPUNIT_ASSERT(_check.protocol().isSecret(get("X-Api-Key: x\r\n")));
    CPPUNIT_ASSERT(!_check.protocol().isSecret(get() + "Cookie: of the body\r\n\r\n"));
}

/// In a field that is named so, in the URL, in its query, and in a form.
TEST(HttpTest, hidesCredentials)
{
    for (const char* field : {"Proxy-Authorization", "X-Vault-Token", "Private-Token", "X-Amz-Security-Token",
                              "X-Auth-Token", "Cookie2", "X-Client-Secret", "X-Password", "X-Session-Id"})
        CPPUNIT_ASSERT_MESSAGE(field, _check.protocol().isSecret(get(std::string(field) + ": geheim\r\n")));
    for (const char* field : {"Accept", "Host", "Content-Type", "User-Agent", "X-Request-Id"})
        CPPUNIT_ASSERT_MESSAGE(field, !_check.protocol().isSecret(get(std::string(field) + ": x\r\n")));
    for (const char* line :
         {"GET http://user:geheim@x/ HTTP/1.1", "GET /a?x=1&access_token=geheim HTTP/1.1",
          "GET /a?api_key=geheim HTTP/1.1", "GET /a?sv=1&sig=geheim HTTP/1.1", "GET /a?pwd=geheim HTTP/1.1",
          "GET /a?access%5Ftoke%6E=geheim HTTP/1.1", "GET /a?x=1;password=geheim HTTP/1.1"})
        CPPUNIT_ASSERT_MESSAGE(line, _check.protocol().isSecret(std::string(line) + "\r\nHost: x\r\n\r\n"));
    CPPUNIT_ASSERT(!_check.protocol().isSecret("GET http://x:80/a?b=c@d HTTP/1.1\r\nHost: x\r\n\r\n"));
    CPPUNIT_ASSERT(_check.protocol().isSecret("POST / HTTP/1.1\r\nHost: x\r\n\r\nuser=u&Password=geheim"));
    CPPUNIT_ASSERT_EQUAL(std::string("GET http://***@x/a"),
                         _check.protocol().describe("GET http://user:geheim@x/a?b HTTP/1.1\r\n", 100));
    CPPUNIT_ASSERT_EQUAL(std::string("GET http://***"),
                         _check.protocol().describe("GET http://user:geheim@x/a?b HTTP/1.1\r\n", 20));
}

} // namespace proximux
