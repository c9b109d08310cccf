#include <proximux/protocol/watch/TurnWatcher.h>

#include <proximux/protocol/FirstLine.h>

#include <algorithm>

namespace proximux
{

TurnWatcher::TurnWatcher(WatchListener& listener, const WatchLimits& limits)
    : _listener(listener)
    , _limits(limits)
{
}

void TurnWatcher::fromClient(Bytes bytes, Instant now)
{
    if (bytes.empty())
        return;
    if (_waiting && _responseSize > 0)
        report(_last, false);

    const Bytes text = firstLine(bytes, _limits.text);
    const bool first = !_waiting;
    if (first)
    {
        _waiting = true;
        _text.assign(text);
    }
    _requestSize += bytes.size();
    _requested = now;
    _listener.requestSeen({bytes.substr(0, _limits.kept), bytes.size(), text, false, first});
}

void TurnWatcher::fromTarget(Bytes bytes, Instant now)
{
    if (!_waiting || bytes.empty())
        return;
    if (_responseSize == 0)
        _first = now;
    _responseSize += bytes.size();
    _last = now;
}

void TurnWatcher::ended(Instant now)
{
    if (!_waiting)
        return;
    if (_responseSize == 0)
        _first = now;
    report(_responseSize > 0 ? _last : now, _responseSize == 0);
}

void TurnWatcher::report(Instant end, bool failed)
{
    const WatchedResponse response{1,     _requestSize, _responseSize, _text, _first - _requested, end - _requested,
                                   failed};
    _waiting = false;
    _requestSize = 0;
    _responseSize = 0;
    _listener.responseSeen(response);
}

} // namespace proximux
