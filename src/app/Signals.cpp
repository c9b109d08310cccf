#include <app/Signals.h>

namespace proximux
{

Signals::Signals(SignalListener& listener)
    : _listener(listener)
    , _thread([this] { run(); })
{
}

Signals::~Signals()
{
    _ending = true;
    interrupt();
    _thread.join();
}

} // namespace proximux
