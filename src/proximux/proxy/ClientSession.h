#pragma once

#include <proximux/exchange/Exchange.h>
#include <proximux/protocol/Watcher.h>
#include <proximux/proxy/Events.h>
#include <proximux/reactor/Connection.h>

#include <memory>

namespace proximux
{

/// One client connection's life: tells its Exchange what the client does. Owned by its Worker.
class ClientSession : public Connection
{
public:
    ClientSession(Reactor& reactor, Scratch& scratch, Exchange& exchange, ClientInfo info)
        : Connection(reactor, scratch)
        , _exchange(exchange)
        , _info(std::move(info))
    {
    }

    /// Before it is opened.
    void setId(ClientId id) { _id = id; }

    [[nodiscard]] const ClientInfo& info() const { return _info; }

    /// Keeps who reports what is watched for as long as the session lives.
    void setReport(std::unique_ptr<WatchListener> report) { _report = std::move(report); }

protected:
    void received(Bytes bytes) override { _exchange.request(_id, bytes, reactor().now()); }
    void ended() override { _exchange.clientEnded(_id, reactor().now()); }
    void sent(std::size_t waiting) override { _exchange.clientSent(_id, waiting, reactor().now()); }
    void lost(int, const char*) override { _exchange.clientLost(_id, reactor().now()); }
    void broken() override { _exchange.clientFaulted(_id, reactor().now()); }

    /// What a client that reset its connection had sent before is of no use to anybody.
    [[nodiscard]] bool isReadToTheEnd() const override { return false; }

private:
    Exchange& _exchange;
    ClientId _id;
    ClientInfo _info;
    std::unique_ptr<WatchListener> _report;
};

} // namespace proximux
