#pragma once

#include <proximux/protocol/watch/Watcher.h>

#include <string>

namespace proximux
{

/// Observes an unknown protocol (raw), on the assumption that both sides speak in turns.
///
///     client   piece piece |              | piece     a request is what the client sends before the target speaks,
///     target               | piece piece  |           its response what the target sends until the client speaks again
///
/// Each piece is reported as it arrives; the first of a turn is `answered`, the others continue it. Bytes that the
/// target sends first belong to no request. Keeps the readable form of one request.
class TurnWatcher : public Watcher
{
public:
    TurnWatcher(WatchListener& listener, const WatchLimits& limits);

    void fromClient(Bytes bytes, Instant now) override;
    void fromTarget(Bytes bytes, Instant now) override;

    /// A response that has begun counts as complete.
    void ended(Instant now) override;

    /// Never true: silence may be a pause within a message.
    [[nodiscard]] bool isAtRest() const override { return false; }

private:
    void report(Instant end, bool failed);

    WatchListener& _listener;
    WatchLimits _limits;
    bool _waiting = false; ///< a request was seen, its response not reported yet
    std::string _text;
    std::uint64_t _requestSize = 0;
    std::uint64_t _responseSize = 0;
    Instant _requested; ///< the request's last byte
    Instant _first;     ///< the response's first byte
    Instant _last;      ///< and its last so far
};

} // namespace proximux
