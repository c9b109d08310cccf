#pragma once

#include <proximux/Configuration.h>
#include <proximux/exchange/Exchange.h>
#include <proximux/net/Connection.h>
#include <proximux/proxy/TargetDial.h>

#include <cstddef>
#include <memory>
#include <string>

namespace proximux
{

/// Receives the end of an ErrandConnection, once, and never from within dial(). It may not destroy it in the call.
class ErrandListener
{
public:
    virtual ~ErrandListener() = default;

    /// target: its index.
    virtual void errandEnded(std::size_t target, ErrandEnd how) = 0;
};

/// A connection that is opened to say one thing, and lasts until the target closes it.
///
///     dial() -> connected -> PROXY header -> what is to be said -> FIN of the target
class ErrandConnection : public Connection, public DialListener
{
public:
    /// target: its index.
    ErrandConnection(Reactor& reactor, Scratch& scratch, std::size_t target, ErrandListener& listener);
    ~ErrandConnection() override;

    /// start: of TLS inside of the protocol; null: it begins with the connection, or not at all. Where it needs the
    /// login of a client nothing is said.
    void dial(Resolver& resolver, const std::shared_ptr<const TargetSettings>& target, std::unique_ptr<TlsStart> start,
              std::string says, Instant deadline);

    void connected(Dialled dialled) override;
    void connectFailed(const ConnectError& error) override;

protected:
    void received(Bytes) override {}
    void ended() override { end(waiting() == 0 ? ErrandEnd::heard : ErrandEnd::unknown); }
    void sent(std::size_t) override {}
    void lost(int, const char*) override { end(ErrandEnd::unknown); }
    void broken() override { end(ErrandEnd::unknown); }
    [[nodiscard]] bool isReadToTheEnd() const override { return true; }

private:
    void end(ErrandEnd how);

    const std::size_t _target;
    ErrandListener& _listener;
    std::unique_ptr<TargetDial> _dial; ///< while connecting
    std::string _says;
    Reactor::TimerId _timer{};
    bool _timed = false;
    bool _said = false;
    bool _ended = false;
};

} // namespace proximux
