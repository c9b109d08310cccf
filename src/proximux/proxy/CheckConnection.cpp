#include <proximux/proxy/CheckConnection.h>

#include <proximux/proxy/TargetHeader.h>

#include <utility>

namespace proximux
{

CheckConnection::CheckConnection(Reactor& reactor, Scratch& scratch, const CheckPlan& plan, std::size_t target,
                                 CheckListener& listener)
    : Connection(reactor, scratch)
    , _plan(plan)
    , _target(target)
    , _listener(listener)
{
}

CheckConnection::~CheckConnection()
{
    if (_delayed)
        reactor().cancel(_timer);
}

void CheckConnection::dial(Resolver& resolver, const TargetSettings& target, Duration connectDelay, Instant deadline)
{
    _settings = target;
    _delay = connectDelay;
    _connector = std::make_unique<Connector>(reactor(), resolver, *this);
    _connector->start(target.endpoint, deadline);
}

void CheckConnection::abandon()
{
    _ended = true;
    _connector.reset();
    if (std::exchange(_delayed, false))
        reactor().cancel(_timer);
    close(true);
}

void CheckConnection::connected(const Poco::Net::StreamSocket& socket)
{
    reactor().dispose(std::move(_connector)); // deferred: the connector is the caller
    const bool isLocal = _settings.endpoint.isLocal();
    if (!isLocal)
        sockets::setOptions(socket.impl()->sockfd(), _settings.socket);
    open(std::make_unique<PlainTransport>(socket, isLocal));
    if (const std::string header = targetHeaderOfOurs(_settings, sockets::endsOf(handle())); !header.empty())
        send(header);
    if (_plan.isSilent())
        return end(CheckListener::Result::passed, "");
    if (_delay == Duration{0})
        return begin();
    _delayed = true;
    _timer = reactor().at(reactor().now() + _delay,
                          [this]
                          {
                              _delayed = false;
                              begin();
                          });
}

void CheckConnection::connectFailed(const ConnectError& error)
{
    reactor().dispose(std::move(_connector));
    end(error.ours ? CheckListener::Result::none : CheckListener::Result::failed, error.reason);
}

void CheckConnection::begin()
{
    _talk = std::make_unique<CheckTalk>(_plan);
    hold(false);
    goOn(_talk->begin());
}

void CheckConnection::goOn(CheckTalk::State state)
{
    const std::string output = _talk->takeOutput();
    if (!output.empty())
        send(output);
    if (state != CheckTalk::State::goesOn)
        end(state == CheckTalk::State::passed ? CheckListener::Result::passed : CheckListener::Result::failed,
            _talk->why());
}

void CheckConnection::lost(int error, const char*)
{
    end(CheckListener::Result::failed, sockets::errorText(error));
}

void CheckConnection::end(CheckListener::Result result, const std::string& why)
{
    if (!std::exchange(_ended, true))
        _listener.checkEnded(_target, result, why);
}

} // namespace proximux
