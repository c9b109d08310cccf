#include <proximux/proxy/CheckConnection.h>

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

void CheckConnection::dial(Resolver& resolver, const std::shared_ptr<const TargetSettings>& target,
                           std::unique_ptr<TlsStart> start, Duration connectDelay, Instant deadline)
{
    _delay = connectDelay;
    _dial = std::make_unique<TargetDial>(reactor(), resolver, *this);
    _dial->start(target, std::nullopt, {false, std::move(start)}, deadline);
}

void CheckConnection::abandon()
{
    _ended = true;
    _dial.reset();
    if (std::exchange(_delayed, false))
        reactor().cancel(_timer);
    close(true);
}

void CheckConnection::connected(Dialled dialled)
{
    reactor().dispose(std::move(_dial)); // deferred: it is the caller
    open(std::move(dialled.transport));
    _said = std::move(dialled.said);
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
    reactor().dispose(std::move(_dial));
    end(error.ours ? CheckListener::Result::none : CheckListener::Result::failed, error.reason);
}

void CheckConnection::begin()
{
    _talk = std::make_unique<CheckTalk>(_plan);
    hold(false);
    goOn(_talk->begin());
    if (!_said.empty() && !_ended)
        goOn(_talk->received(_said));
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
    end(CheckListener::Result::failed, describe(error).text);
}

void CheckConnection::end(CheckListener::Result result, const std::string& why)
{
    if (!std::exchange(_ended, true))
        _listener.checkEnded(_target, result, why);
}

} // namespace proximux
