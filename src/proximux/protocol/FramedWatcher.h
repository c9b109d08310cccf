#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/Watcher.h>

#include <deque>
#include <memory>
#include <string>

namespace proximux
{

/// Watches a protocol whose messages are delimited by what a Protocol makes: pairs by the id where there is one, else
/// in order. Keeps the beginning of the present request and the readable forms of those that are not answered yet, all
/// together no more than of one request; with more than MAX_PENDING of those, with bytes that are no message, and where
/// the connection turns into something else, it gives up and says so.
class FramedWatcher : public Watcher
{
public:
    static constexpr std::size_t MAX_PENDING = 4096;

    FramedWatcher(std::unique_ptr<Protocol> protocol, WatchListener& listener, const WatchLimits& limits);

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
        std::uint64_t id = 0;
        std::uint64_t check = 0;
        std::uint32_t hint = 0;
    };

    void requestWhole(Instant now);
    void push(Bytes text, Instant now);
    Pending take(const std::deque<Pending>::iterator& pending);
    void responseWhole(Instant now);
    void answered(std::uint64_t size, Instant now);
    void responseBegins(Bytes bytes, Instant now);
    const char* readRequests(Bytes bytes, Instant now);
    const char* readResponses(Bytes bytes, Instant now);
    void lose(const char* reason);

    std::unique_ptr<Protocol> _protocol;
    std::unique_ptr<Framer> _requests;
    std::unique_ptr<ResponseFramer> _responses;
    std::unique_ptr<Conversation> _conversation; ///< null where nothing is to be said of a request
    RequestTraits _traits;                       ///< of the request that was whole last
    WatchListener& _listener;
    WatchLimits _limits;
    bool _lost = false;
    std::string _carriedRequest;  ///< what a framer wants to see again
    std::string _carriedResponse; ///< likewise
    std::string _kept;            ///< the beginning of the present request
    std::uint64_t _requestSize = 0;
    std::uint64_t _responseSize = 0;
    std::uint64_t _more = 0;       ///< bytes of it that came in messages before the present one
    Instant _first;                ///< the present response's first byte
    std::uint64_t _responseId = 0; ///< its id
    bool _pushes = false;          ///< what the target sends answers nothing
    std::deque<Pending> _pending;
    std::size_t _textSize = 0; ///< of all of them
};

} // namespace proximux
