#include <proximux/protocol/FramedWatcher.h>

#include <proximux/protocol/FirstLine.h>

#include <utility>

namespace proximux
{

namespace
{

/// Feeds the framer with what was carried and what came. `taken` is called for each piece that belongs to a message,
/// `whole` at its end. Returns why it is malformed, or null.
template <class Taken, class Whole>
const char* feed(Framer& framer, std::string& carried, Bytes bytes, Taken taken, Whole whole)
{
    std::string joined;
    if (!carried.empty())
    {
        joined = std::exchange(carried, std::string());
        joined.append(bytes);
        bytes = joined;
    }
    while (!bytes.empty())
    {
        const Framer::Progress progress = framer.feed(bytes);
        if (progress.kind == Framer::Progress::Kind::malformed)
            return progress.reason;
        taken(bytes.substr(0, progress.taken));
        bytes.remove_prefix(progress.taken);
        if (progress.kind == Framer::Progress::Kind::complete)
            whole();
        else if (!bytes.empty())
        {
            carried.assign(bytes);
            break;
        }
    }
    return nullptr;
}

} // namespace

FramedWatcher::FramedWatcher(std::unique_ptr<Framer> requests, std::unique_ptr<Framer> responses,
                             WatchListener& listener, const WatchLimits& limits)
    : _requests(std::move(requests))
    , _responses(std::move(responses))
    , _listener(listener)
    , _limits(limits)
{
}

void FramedWatcher::fromClient(Bytes bytes, Instant now)
{
    if (_lost)
        return;
    const char* wrong = feed(
        *_requests, _carriedRequest, bytes,
        [this](Bytes taken)
        {
            _kept.append(taken.substr(0, _limits.kept - _kept.size()));
            _requestSize += taken.size();
        },
        [this, now] { requestWhole(now); });
    if (wrong != nullptr)
        lose(wrong);
    else if (_pending.size() > MAX_PENDING)
        lose("too many requests wait for their response");
}

void FramedWatcher::fromTarget(Bytes bytes, Instant now)
{
    if (_lost)
        return;
    const char* wrong = feed(
        *_responses, _carriedResponse, bytes,
        [this, now](Bytes taken)
        {
            if (_responseSize == 0)
                _first = now;
            _responseSize += taken.size();
        },
        [this, now] { responseWhole(now); });
    if (wrong != nullptr)
        lose(wrong);
}

void FramedWatcher::ended(Instant now)
{
    while (!_lost && !_pending.empty())
    {
        const Pending pending = std::move(_pending.front());
        _pending.pop_front();
        _listener.responseSeen(
            {1, pending.size, _responseSize, pending.text, now - pending.asked, now - pending.asked, true});
        _responseSize = 0;
    }
}

bool FramedWatcher::isAtRest() const
{
    return !_lost && _pending.empty() && _requestSize == 0 && _carriedRequest.empty();
}

void FramedWatcher::requestWhole(Instant now)
{
    const Bytes text = firstLine(_kept, _limits.text);
    _pending.push_back({std::string(text), _requestSize, now});
    _listener.requestSeen({_kept, _requestSize, text, false, true});
    _kept.clear();
    _requestSize = 0;
}

void FramedWatcher::responseWhole(Instant now)
{
    const std::uint64_t size = std::exchange(_responseSize, 0);
    if (_pending.empty())
        return; // nobody asked: passed on all the same
    const Pending pending = std::move(_pending.front());
    _pending.pop_front();
    _listener.responseSeen({1, pending.size, size, pending.text, _first - pending.asked, now - pending.asked, false});
}

void FramedWatcher::lose(const char* reason)
{
    _lost = true;
    _pending.clear();
    _listener.watchLost(reason);
}

} // namespace proximux
