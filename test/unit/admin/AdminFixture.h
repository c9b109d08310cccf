#pragma once

#include "unit/proxy/ProxyFixture.h"

#include <proximux/admin/AdminServer.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// A Proxy with an admin port on TCP, in one process.
class AdminFixture : public ProxyFixture
{
protected:
    /// Notes what the process is asked for.
    struct Process : AdminCommands
    {
        [[nodiscard]] std::string configuration() const override { return "local.port = 1\n"; }
        void addFacts(ProcessFacts& facts) const override { facts.logRecordsDropped = 7; }
        void reload(std::function<void(const Reload&)> done) override
        {
            ++reloads;
            done({reloads > 1, {"a line"}});
        }
        void reloadCertificates(std::function<void(const Reload&)> done) override { done({true, {}}); }
        void drain() override { ++drains; }
        void stop() override { ++stops; }
        void reopen() override { ++reopens; }
        void setLogLevel(int wanted) override { level = wanted; }

        std::atomic<int> reloads{0}, drains{0}, stops{0}, reopens{0}, level{-1};
    };

    /// The only service of a process.
    struct Alone : ServiceDirectory
    {
        explicit Alone(Proxy& proxy)
            : service{"", {std::shared_ptr<void>(), &proxy.inspector()}, false}
        {
        }

        [[nodiscard]] std::vector<InspectedService> services() const override { return {service}; }

        const InspectedService service;
    };

    std::shared_ptr<Configuration> withAdmin() const
    {
        auto c = configuration(true);
        c->admin.listen.push_back({"127.0.0.1", 0});
        return c;
    }

    static std::string request(const std::string& path, const std::string& method = "GET",
                               const std::string& fields = "")
    {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
    }

    static std::unique_ptr<Poco::Net::StreamSocket> connected(const AdminServer& admin)
    {
        auto socket =
            std::make_unique<Poco::Net::StreamSocket>(Poco::Net::SocketAddress("127.0.0.1", admin.ports().front()));
        socket->setReceiveTimeout(Poco::Timespan(20, 0));
        return socket;
    }

    /// All that comes until the end.
    static std::string answer(Poco::Net::StreamSocket& socket)
    {
        std::string text;
        char piece[4096];
        for (int n = 0; (n = socket.receiveBytes(piece, sizeof piece)) > 0;)
            text.append(piece, static_cast<std::size_t>(n));
        return text;
    }

    static std::string ask(const AdminServer& admin, const std::string& text)
    {
        const auto socket = connected(admin);
        socket->sendBytes(text.data(), static_cast<int>(text.size()));
        return answer(*socket);
    }

    using ProxyFixture::ask;

    static std::string bodyOf(const std::string& response)
    {
        const std::size_t end = response.find("\r\n\r\n");
        return end == std::string::npos ? response : response.substr(end + 4);
    }

    static void expectStatus(int status, const std::string& response)
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(response, "HTTP/1.1 " + std::to_string(status), response.substr(0, 12));
    }

    Process _process;
};

} // namespace proximux
