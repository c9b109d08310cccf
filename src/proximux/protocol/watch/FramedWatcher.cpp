#include <proximux/protocol/watch/FramedWatcher.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux
{

FramedWatcher::FramedWatcher(std::unique_ptr<Protocol> protocol, WatchListener& listener, const WatchLimits& limits)
    : _protocol(std::move(protocol))
    , _requests(_protocol->makeRequestFramer())
    , _responses(_protocol->makeResponseFramer())
    , _fromClient(*_requests)
    , _fromTarget(*_responses)
    , _conversation(_protocol->makeConversation({true, "", 0, true, limits.kept, true}))
    , _listener(listener)
    , _limits(limits)
{
}

void FramedWatcher::fromClient(Bytes bytes, Instant now)
{
    if (_lost)
        return;
    if (const char* wrong = readRequests(bytes, now))
        lose(wrong);
    else if (_pending.size() > MAX_PENDING)
        lose("too many requests are waiting for a response");
}

const char* FramedWatcher::readRequests(Bytes bytes, Instant now)
{
    return _fromClient.feed(
        bytes, [] {},
        [this, now](Bytes taken, bool last)
        {
            _kept.append(taken.substr(0, _limits.kept - _kept.size()));
            _requestSize += taken.size();
            if (last)
                requestWhole(now);
            return true;
        });
}

void FramedWatcher::fromTarget(Bytes bytes, Instant now)
{
    if (_lost)
        return;
    if (const char* wrong = readResponses(bytes, now))
        lose(wrong);
}

const char* FramedWatcher::readResponses(Bytes bytes, Instant now)
{
    bool tunnel = false;
    const auto expect = [this]
    {
        if (!_pending.empty())
            _responses->expect(_pending.front().hint);
    };
    const auto take = [this, now, &tunnel](Bytes taken, bool last)
    {
        if (_responseSize == 0)
            responseBegins(taken, now);
        _responseSize += taken.size();
        tunnel = last && _responses->traits().kind == ResponseTraits::Kind::tunnel;
        if (last)
            responseWhole(now);
        return !tunnel;
    };
    const char* wrong = _fromTarget.feed(bytes, expect, take);
    return tunnel ? "the connection switched protocols" : wrong;
}

void FramedWatcher::ended(Instant now)
{
    if (!_lost && _responseSize > 0 && _responses->finish())
        responseWhole(now);
    while (!_lost && !_pending.empty())
    {
        const Pending pending = take(_pending.begin());
        _listener.responseSeen(
            {1, pending.size, _responseSize, pending.text, now - pending.asked, now - pending.asked, true});
        _responseSize = 0;
    }
}

bool FramedWatcher::isAtRest() const
{
    return !_lost && _pending.empty() && _fromClient.isAtRest() && _fromTarget.isAtRest();
}

void FramedWatcher::requestWhole(Instant now)
{
    _traits.clear();
    if (_conversation)
        _conversation->request(_kept, _kept.size() == _requestSize, _traits);
    const bool secret = _traits.secret || _protocol->isSecret(_kept);
    const std::string text = _protocol->describe(_kept, _limits.text);
    const bool answered = _traits.answered && _requests->isAnswered() && !_traits.swallowed;
    if (answered)
        push(text, now);
    _pushes = _pushes || _traits.pushes;
    _listener.requestSeen({secret ? Bytes() : Bytes(_kept), _requestSize, text, secret, answered});
    _kept.clear();
    _requestSize = 0;
}

void FramedWatcher::push(Bytes text, Instant now)
{
    text = text.substr(0, std::max(_limits.kept, _limits.text) - _textSize);
    _textSize += text.size();
    const auto id = _protocol->requestId();
    _pending.push_back({std::string(text), _requestSize, now, id ? id->read(_kept) : 0, _traits.check, _traits.hint});
}

FramedWatcher::Pending FramedWatcher::take(const std::deque<Pending>::iterator& pending)
{
    Pending taken = std::move(*pending);
    _pending.erase(pending);
    _textSize -= taken.text.size();
    return taken;
}

void FramedWatcher::responseBegins(Bytes bytes, Instant now)
{
    if (_more == 0)
        _first = now;
    const auto id = _protocol->responseId();
    _responseId = id && bytes.size() >= id->end() ? id->read(bytes) : 0;
}

void FramedWatcher::responseWhole(Instant now)
{
    const std::uint64_t size = std::exchange(_responseSize, 0) + std::exchange(_more, 0);
    if (_pushes && _pending.empty() && _conversation->pushEnded(_responses->traits().notice))
        _pushes = false;
    else if (_responses->traits().kind == ResponseTraits::Kind::more)
        _more = size;
    else if (_responses->traits().endsRequest())
        answered(size, now);
}

/// Handles a complete response. Requests sent before a subscription are answered before anything is pushed.
void FramedWatcher::answered(std::uint64_t size, Instant now)
{
    const bool byId = _protocol->responseId().has_value();
    const auto isAsked = [this, byId](const Pending& each)
    { return (!byId || each.id == _responseId) && _responses->traits().mayAnswer(each.check); };
    const bool anyOrder = byId || _protocol->checkIdentifies();
    const auto last = anyOrder || _pending.empty() ? _pending.end() : std::next(_pending.begin());
    const auto found = std::find_if(_pending.begin(), last, isAsked);
    if (found == last)
        return; // unsolicited, but forwarded all the same
    const auto place = static_cast<std::size_t>(found - _pending.begin());
    const Pending pending = take(found);
    const Duration firstByte = std::max(_first - pending.asked, Duration{0}); // it may begin early
    _listener.responseSeen({1, pending.size, size, pending.text, firstByte, now - pending.asked, false, place});
}

void FramedWatcher::lose(const char* reason)
{
    _lost = true;
    _pending.clear();
    _textSize = 0;
    _listener.watchLost(reason);
}

} // namespace proximux
