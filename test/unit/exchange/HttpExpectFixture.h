#pragma once

#include "unit/exchange/HttpFixture.h"

#include <string>
#include <utility>

namespace proximux
{

/// HTTP with clients that send Expect: 100-continue.
class HttpExpectFixture : public HttpFixture
{
protected:
    static constexpr Duration S = Duration::seconds(1);
    static constexpr const char* EXPECT = "Expect: 100-continue\r\n";

    static std::string go() { return "HTTP/1.1 100 Continue\r\n\r\n"; }

    static std::string response(const std::string& status, const std::string& fields = "")
    {
        return "HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n" + fields + "\r\nno";
    }

    static std::string head(std::size_t length, const std::string& fields = "") { return put(length, EXPECT + fields); }

    /// A client whose request's head was passed on, and the connection that it has.
    std::pair<ClientId, TargetId> asking(std::size_t length = 3, const std::string& fields = "")
    {
        const ClientId a = join();
        says(a, head(length, fields));
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(head(length, fields), got(t));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
        CPPUNIT_ASSERT_MESSAGE("it may lose patience", !world.client(a).held);
        return {a, t};
    }

    /// Another client is served, on a connection of its own.
    void servesOthers()
    {
        const ClientId b = join();
        says(b, get());
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(get(), got(t));
        answers(t, ok());
        CPPUNIT_ASSERT_EQUAL(ok(), got(b));
    }

    void assertRefused(ClientId client, const std::string& status)
    {
        const std::string text = got(client);
        CPPUNIT_ASSERT_EQUAL("HTTP/1.1 " + status, text.substr(0, 12));
        CPPUNIT_ASSERT(text.find("\r\nConnection: close\r\n") != std::string::npos);
        CPPUNIT_ASSERT(world.client(client).fin);
    }
};

} // namespace proximux
