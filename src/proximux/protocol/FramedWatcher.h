#pragma once

#include <proximux/protocol/Watcher.h>
#include <proximux/wire/Framer.h>

#include <deque>
#include <memory>
#include <string>

namespace proximux
{

/// Watches a protocol whose messages two framers delimit and whose responses come in the order of the requests, one
/// for each. Keeps the beginning of each request that is not answered yet; with more than MAX_PENDING of those, or with
/// bytes that are no message, it gives up and says so.
class FramedWatcher : public Watcher
{
public:
    static constexpr std::size_t MAX_PENDING = 4096;

    FramedWatcher(std::unique_ptr<Framer> requests, std::unique_ptr<Framer> responses, WatchListener& listener,
                  const WatchLimits& limits);

    void fromClient(Bytes bytes, Instant now) override;
    void fromTarget(Bytes bytes, Instant now) override;
    void ended(Instant now) override;
    [[nodiscard]] bool isAtRest() const override;

private:
    struct Pending
    {
        std::string text;
        std::uint64_t size = 0;
        Instant asked; ///< its last byte
    };

    void requestWhole(Instant now);
    void responseWhole(Instant now);
    void lose(const char* reason);

    std::unique_ptr<Framer> _requests;
    std::unique_ptr<Framer> _responses;
    WatchListener& _listener;
    WatchLimits _limits;
    bool _lost = false;
    std::string _carriedRequest;  ///< what a framer wants to see again
    std::string _carriedResponse; ///< likewise
    std::string _kept;            ///< the beginning of the present request
    std::uint64_t _requestSize = 0;
    std::uint64_t _responseSize = 0;
    Instant _first; ///< the present response's first byte
    std::deque<Pending> _pending;
};

} // namespace proximux
