#pragma once

#include "support/Certificates.h"
#include "support/Test.h"

#include <proximux/config/TlsFiles.h>
#include <proximux/net/Tls.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace proximux
{

/// Two ends of TLS over memory.
class TlsFixture : public CppUnit::TestCase
{
protected:
    /// Bytes on their way in one direction.
    struct Way
    {
        std::string bytes;
        std::size_t room = 1U << 30U; ///< beyond which nothing is taken
        std::size_t step = 1U << 20U; ///< bytes at a time
        bool ended = false;
    };

    /// Takes from one way and gives to the other.
    class Memory : public Transport
    {
    public:
        Memory(Way& in, Way& out)
            : _in(in)
            , _out(out)
        {
        }

        IoResult receive(char* into, std::size_t size) override
        {
            if (_in.bytes.empty())
                return {_in.ended ? IoResult::Kind::ended : IoResult::Kind::wouldBlock, 0, 0};
            const std::size_t taken = _in.bytes.copy(into, std::min(size, _in.step));
            _in.bytes.erase(0, taken);
            return {IoResult::Kind::done, taken, 0};
        }

        IoResult send(Bytes bytes) override
        {
            const std::size_t room = _out.room - std::min(_out.room, _out.bytes.size());
            const std::size_t given = std::min({bytes.size(), _out.step, room});
            _out.bytes.append(bytes.substr(0, given));
            return {given == 0 ? IoResult::Kind::wouldBlock : IoResult::Kind::done, given, 0};
        }

        IoResult peek() override { return {IoResult::Kind::wouldBlock, 0, 0}; }
        void shutdownSend() override { _out.ended = true; }
        void resetOnClose() override {}
        int takeError() override { return 0; }
        [[nodiscard]] poco_socket_t handle() const override { return POCO_INVALID_SOCKET; }

    private:
        Way& _in;
        Way& _out;
    };

    struct Ends
    {
        Ends(TlsContext& clients, TlsContext& servers)
            : client(clients.begin(std::make_unique<Memory>(toClient, toServer)))
            , server(servers.begin(std::make_unique<Memory>(toServer, toClient)))
        {
        }

        /// Goes on with both handshakes until neither has anything to do.
        void handshake()
        {
            for (int i = 0; i < 100000 && !(isOver(clientState) && isOver(serverState)); ++i)
            {
                if (!isOver(clientState))
                    clientState = client->handshake();
                if (!isOver(serverState))
                    serverState = server->handshake();
            }
        }

        [[nodiscard]] bool areReady() const
        {
            return clientState == IoResult::Kind::done && serverState == IoResult::Kind::done;
        }

        static bool isOver(IoResult::Kind state) { return state != IoResult::Kind::wouldBlock; }

        Way toClient;
        Way toServer;
        IoResult::Kind clientState = IoResult::Kind::wouldBlock;
        IoResult::Kind serverState = IoResult::Kind::wouldBlock;
        std::unique_ptr<TlsTransport> client;
        std::unique_ptr<TlsTransport> server;
    };

    static std::shared_ptr<TlsContext> made(TlsResult result)
    {
        CPPUNIT_ASSERT_MESSAGE(result.mistakes.empty() ? "" : result.mistakes.front().text, result.context != nullptr);
        return result.context;
    }

    /// Settings of a client that trusts this certificate.
    static TargetTls trusting(const CertificateFile& certificate, const std::string& name = "a.test")
    {
        TargetTls settings;
        settings.ca = certificate.path();
        settings.name = name;
        return settings;
    }

    static LocalTls serving(const CertificateFile& certificate)
    {
        LocalTls settings;
        settings.certificates = {certificate.path()};
        return settings;
    }

    static std::shared_ptr<TlsContext> clientOf(const TargetTls& settings)
    {
        return made(tls::forTarget(settings, ""));
    }
    static std::shared_ptr<TlsContext> serverOf(const LocalTls& settings) { return made(tls::forClients(settings)); }

    /// All that the transport gives now.
    static std::string heard(Transport& transport, std::size_t atOnce = 65536)
    {
        std::string all;
        std::string some(atOnce, '\0');
        for (;;)
        {
            const IoResult result = transport.receive(some.data(), some.size());
            if (result.kind != IoResult::Kind::done)
                return all;
            all.append(some, 0, result.bytes);
        }
    }

    static IoResult::Kind end(Transport& transport)
    {
        char byte = 0;
        return transport.receive(&byte, 1).kind;
    }

    const CertificateFile certificate{"a.test", "DNS:a.test,IP:127.0.0.1"};
};

} // namespace proximux
