#pragma once

#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

/// FramedExchange with HTTP.
class HttpFixture : public SharingFixture
{
protected:
    void http(bool connect = false, std::size_t connections = 2)
    {
        Options options;
        options.protocol = "http";
        options.connections = connections;
        options.exchange.pipeline = 1;
        options.exchange.maxPinned = connections - 1;
        options.exchange.requestBuffer = 1000;
        options.exchange.conversation.pins = true;
        options.exchange.conversation.connect = connect;
        begin(options);
    }

    static std::string get() { return "GET / HTTP/1.1\r\nHost: x\r\n\r\n"; }
    static std::string ok() { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"; }
    static std::string put(std::size_t length, const std::string& fields = "")
    {
        return "PUT / HTTP/1.1\r\nHost: x\r\n" + fields + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
    }

    /// A connection that was in use.
    TargetId used(ClientId client)
    {
        says(client, get());
        const TargetId t = opens();
        answers(t, ok());
        got(t);
        CPPUNIT_ASSERT_EQUAL(ok(), got(client));
        return t;
    }

    static std::string upgrade(const std::string& fields = "")
    {
        return "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    }

    static std::string connect(const std::string& version = "1.1")
    {
        return "CONNECT y:1 HTTP/" + version + "\r\nHost: y:1\r\n\r\n";
    }
};

} // namespace proximux
