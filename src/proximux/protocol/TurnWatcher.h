#pragma once

#include <proximux/protocol/Watcher.h>

#include <string>

namespace proximux
{

/// Watches a protocol that is not known (raw): the two sides are taken to speak in turns.
///
///     client   piece piece |              | piece     a request is what the client sends before the target speaks,
///     target               | piece piece  |           its response what the target sends until the client speaks again
///
/// Each piece is handed over as it comes; the first of a turn is `answered`, the others continue it. What the target
/// says first belongs to no request. Keeps the readable form of one request.
class TurnWatcher : public Watcher
{
public:
    TurnWatcher(WatchListener& listener, const WatchLimits& limits);

    void fromClient(Bytes bytes, Instant now) override;
    void fromTarget(Bytes bytes, Instant now) override;

    /// A response that had begun counts as whole: nothing says otherwise.
    void ended(Instant now) override;

    /// Never: where nothing delimits messages, silence may be a pause within one.
    [[nodiscard]] bool isAtRest() const override { return false; }

private:
    void report(Instant end, bool failed);

    WatchListener& _listener;
    WatchLimits _limits;
    bool _waiting = false; ///< a request was seen and its response not reported
    std::string _text;
    std::uint64_t _requestSize = 0;
    std::uint64_t _responseSize = 0;
    Instant _requested; ///< the request's last byte
    Instant _first;     ///< the response's first byte
    Instant _last;      ///< and its last so far
};

} // namespace proximux
