#pragma once

#include "support/Loopback.h"

#include <proximux/Proxy.h>

#include <memory>
#include <string>

namespace proximux
{

/// A proxy in front of a target that echoes.
class ProxyServiceFixture : public CppUnit::TestCase
{
protected:
    std::shared_ptr<Configuration> configuration() const
    {
        auto c = std::make_shared<Configuration>();
        c->exchange.mode = Mode::proxy;
        c->local.endpoint = {"127.0.0.1", 0};
        c->targets.emplace_back().endpoint = {"127.0.0.1", _target.port()};
        return c;
    }

    static Poco::Net::StreamSocket client(const Proxy& proxy)
    {
        Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", proxy.port()));
        socket.setReceiveTimeout(Poco::Timespan(20, 0));
        return socket;
    }

    /// The one byte that comes back.
    static std::string ask(Poco::Net::StreamSocket socket, const std::string& byte)
    {
        socket.sendBytes(byte.data(), 1);
        char answer = 0;
        CPPUNIT_ASSERT_EQUAL(1, socket.receiveBytes(&answer, 1));
        return {answer};
    }

    EchoServer _target;
};

} // namespace proximux
