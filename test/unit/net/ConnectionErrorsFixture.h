#pragma once

#include "support/Loopback.h"

#include <proximux/net/Connection.h>

#include <memory>
#include <string>

namespace proximux
{

/// A connection, its peer, and what is said when it fails.
class ConnectionErrorsFixture : public CppUnit::TestCase
{
protected:
    class Peer : public Connection
    {
    public:
        Peer(Reactor& reactor, Scratch& scratch)
            : Connection(reactor, scratch)
        {
        }

        bool hasEnded = false;
        int error = 0;
        std::string syscall;

    protected:
        void received(Bytes) override {}
        void ended() override { hasEnded = true; }
        void sent(std::size_t) override {}
        void lost(int number, const char* call) override
        {
            error = number;
            syscall = call;
        }
        void broken() override {}
        [[nodiscard]] bool isReadToTheEnd() const override { return true; }
    };

    struct Stage
    {
        explicit Stage(bool epoll)
            : turned(epoll)
            , scratch(65536)
            , peer(turned.reactor, scratch)
        {
            peer.open(std::make_unique<PlainTransport>(pair.nearEnd));
            peer.hold(false);
        }

        void untilLost()
        {
            turned.until([this] { return peer.error != 0; });
        }

        /// What is said of a peer that has sent FIN, and RST for what still comes.
        std::string saidBehindFin()
        {
            pair.farEnd.close();
            turned.until([this] { return peer.hasEnded; });
            peer.send("to nobody");
            untilLost();
            return said();
        }

        [[nodiscard]] std::string said() const { return sockets::errorName(peer.error) + " on " + peer.syscall; }

        TurnedReactor turned;
        Scratch scratch;
        SocketPair pair;
        Peer peer;
    };
};

} // namespace proximux
