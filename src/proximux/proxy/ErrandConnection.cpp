#include <proximux/proxy/ErrandConnection.h>

#include <utility>

namespace proximux
{

ErrandConnection::ErrandConnection(Reactor& reactor, Scratch& scratch, std::size_t target, ErrandListener& listener)
    : Connection(reactor, scratch)
    , _target(target)
    , _listener(listener)
{
}

ErrandConnection::~ErrandConnection()
{
    if (_timed)
        reactor().cancel(_timer);
}

void ErrandConnection::dial(Resolver& resolver, const std::shared_ptr<const TargetSettings>& target,
                            std::unique_ptr<TlsStart> start, std::string says, Instant deadline)
{
    _says = std::move(says);
    _dial = std::make_unique<TargetDial>(reactor(), resolver, *this);
    _dial->start(target, std::nullopt, {false, std::move(start)}, deadline);
    if (deadline == Instant::never())
        return;
    _timed = true;
    _timer = reactor().at(deadline,
                          [this]
                          {
                              _timed = false;
                              end(_said ? ErrandEnd::unknown : ErrandEnd::unsaid);
                          });
}

void ErrandConnection::connected(Dialled dialled)
{
    reactor().dispose(std::move(_dial)); // deferred: it is the caller
    if (_ended || dialled.start != nullptr)
        return end(ErrandEnd::unsaid);
    open(std::move(dialled.transport));
    _said = true;
    send(_says);
    hold(false);
}

void ErrandConnection::connectFailed(const ConnectError&)
{
    reactor().dispose(std::move(_dial));
    end(ErrandEnd::unsaid);
}

void ErrandConnection::end(ErrandEnd how)
{
    if (std::exchange(_ended, true))
        return;
    _dial.reset();
    _listener.errandEnded(_target, how);
}

} // namespace proximux
