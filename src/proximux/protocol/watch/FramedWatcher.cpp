#include <proximux/protocol/watch/FramedWatcher.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux
{

using Kind = Framer::Progress::Kind;

namespace
{

/// Joins the carried bytes with the new ones.
Bytes join(std::string& carried, std::string& joined, Bytes bytes)
{
    if (carried.empty())
        return bytes;
    joined = std::exchange(carried, std::string());
    joined.append(bytes);
    return joined;
}

} // namespace

FramedWatcher::FramedWatcher(std::unique_ptr<Protocol> protocol, WatchListener& listener, const WatchLimits& limits)
    : _protocol(std::move(protocol))
    , _requests(_protocol->makeRequestFramer())
    , _responses(_protocol->makeResponseFramer())
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
    std::string joined;
    bytes = join(_carriedRequest, joined, bytes);
    while (!bytes.empty())
    {
        const Framer::Progress progress = _requests->feed(bytes);
        if (progress.kind == Kind::malformed)
            return progress.reason;
        const Bytes taken = bytes.substr(0, progress.taken);
        _kept.append(taken.substr(0, _limits.kept - _kept.size()));
        _requestSize += taken.size();
        bytes.remove_prefix(progress.taken);
        if (progress.kind == Kind::complete)
            requestWhole(now);
        else if (progress.kind == Kind::partial && !bytes.empty())
        {
            _carriedRequest.assign(bytes);
            break;
        }
    }
    return nullptr;
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
    std::string joined;
    bytes = join(_carriedResponse, joined, bytes);
    while (!bytes.empty())
    {
        if (_responseSize == 0 && !_pending.empty())
            _responses->expect(_pending.front().hint);
        const Framer::Progress progress = _responses->feed(bytes);
        if (progress.kind == Kind::malformed)
            return progress.reason;
        if (_responseSize == 0 && progress.taken > 0)
            responseBegins(bytes.substr(0, progress.taken), now);
        _responseSize += progress.taken;
        bytes.remove_prefix(progress.taken);
        if (progress.kind == Kind::complete)
        {
            if (_responses->traits().kind == ResponseTraits::Kind::tunnel)
            {
                responseWhole(now);
                return "the connection switched protocols";
            }
            responseWhole(now);
        }
        else if (progress.kind == Kind::partial && progress.taken == 0)
        {
            _carriedResponse.assign(bytes);
            break;
        }
    }
    return nullptr;
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
    return !_lost && _pending.empty() && _requestSize == 0 && _carriedRequest.empty() && _responseSize == 0 &&
           _carriedResponse.empty();
}

void FramedWatcher::requestWhole(Instant now)
{
    _traits.clear();
    if (_conversation)
        _conversation->request(_kept, _kept.size() == _requestSize, _traits);
    const bool secret = _traits.secret || _protocol->isSecret(_kept);
    const std::string text = _protocol->describe(_kept, _limits.text);
    const bool answered = _traits.answered && !_traits.swallowed;
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
    const std::uint64_t check = _responses->traits().check;
    const auto isAsked = [this, byId, check](const Pending& each)
    { return (!byId || each.id == _responseId) && (each.check == 0 || check == 0 || each.check == check); };
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
