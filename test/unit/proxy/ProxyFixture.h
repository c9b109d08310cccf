#pragma once

#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/Proxy.h>

#include <Poco/Delegate.h>
#include <Poco/Net/NetException.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace proximux
{

/// The facade in one process: a real target, real clients, its events.
class ProxyFixture : public CppUnit::TestCase
{
protected:
    /// Collects what happens, for a test to wait for.
    struct Recorder
    {
        void onConnected(ConnectedArgs& args)
        {
            note("connected " + args.client.address);
            if (rejecting)
                args.reject("not welcome");
            if (throwing && args.client.number == 1)
                throw std::runtime_error("a listener's defect");
        }
        void onRequest(RequestArgs& args)
        {
            note("request " + std::string(args.bytes));
            if (throwing)
            {
                args.whenAnswered([](const ResponseInfo&) { throw 1; });
                throw std::runtime_error("a listener's defect");
            }
            args.whenAnswered(
                [this](const ResponseInfo& info)
                {
                    note("answered " + std::string(info.text) + " " + std::to_string(info.responseSize) +
                         (info.failed ? " failed" : ""));
                });
        }
        void onDisconnected(DisconnectedArgs& args) { note("disconnected " + args.reason); }
        void onTargetConnected(TargetArgs& args) { note("target " + std::to_string(args.target)); }
        void onTargetLost(TargetArgs& args) { note("lost " + std::to_string(args.target)); }
        void onDropped(DroppedArgs&) { note("dropped"); }

        void listenTo(Events& events)
        {
            events.connected += Poco::delegate(this, &Recorder::onConnected);
            events.request += Poco::delegate(this, &Recorder::onRequest);
            events.disconnected += Poco::delegate(this, &Recorder::onDisconnected);
            events.targetConnected += Poco::delegate(this, &Recorder::onTargetConnected);
            events.targetLost += Poco::delegate(this, &Recorder::onTargetLost);
            events.dropped += Poco::delegate(this, &Recorder::onDropped);
        }

        void note(const std::string& what)
        {
            const std::lock_guard<std::mutex> lock(mutex);
            notes.push_back(what);
            changed.notify_all();
        }

        std::vector<std::string> atLeast(std::size_t n)
        {
            std::unique_lock<std::mutex> lock(mutex);
            changed.wait_for(lock, PATIENCE, [&] { return notes.size() >= n; });
            return notes;
        }

        bool rejecting = false;
        bool throwing = false;
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<std::string> notes;
    };

    std::shared_ptr<Configuration> configuration(bool epoll) const
    {
        auto c = std::make_shared<Configuration>();
        c->exchange.mode = Mode::proxy;
        c->local.endpoint = {"127.0.0.1", 0};
        c->targets.emplace_back().endpoint = {"127.0.0.1", _port};
        c->io.backend = epoll ? IoSettings::Backend::automatic : IoSettings::Backend::poll;
        return c;
    }

    static std::unique_ptr<Poco::Net::StreamSocket> client(const Proxy& proxy)
    {
        auto socket = std::make_unique<Poco::Net::StreamSocket>(Poco::Net::SocketAddress("127.0.0.1", proxy.port()));
        socket->setReceiveTimeout(Poco::Timespan(20, 0));
        return socket;
    }

    static std::string ask(Poco::Net::StreamSocket& socket, const std::string& text)
    {
        socket.sendBytes(text.data(), static_cast<int>(text.size()));
        std::string got(text.size(), ' ');
        std::size_t n = 0;
        while (n < got.size())
        {
            const int more = socket.receiveBytes(&got[n], static_cast<int>(got.size() - n));
            CPPUNIT_ASSERT(more > 0);
            n += static_cast<std::size_t>(more);
        }
        return got;
    }

    /// Whether the other side has closed.
    static bool isClosed(Poco::Net::StreamSocket& socket)
    {
        char byte = 0;
        try
        {
            return socket.receiveBytes(&byte, 1) == 0;
        }
        catch (const Poco::Net::ConnectionResetException&)
        {
            return true;
        }
    }

    EchoServer _target;
    const std::uint16_t _port = _target.port();
};

} // namespace proximux
