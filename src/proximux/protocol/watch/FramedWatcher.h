#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/watch/Watcher.h>
#include <proximux/wire/MessageStream.h>

#include <deque>
#include <memory>
#include <string>

namespace proximux
{

/// Observes a protocol with delimited messages. Pairs them by id if there is one, else in order. Keeps the beginning of
/// the current request, and the readable forms of unanswered requests within the limit of one request. Gives up, and
/// reports that, with more than MAX_PENDING unanswered requests, on invalid messages, and when the connection switches
/// protocols.
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
        Instant asked; ///< time of its last byte
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
    MessageStream _fromClient;
    MessageStream _fromTarget;
    std::unique_ptr<Conversation> _conversation; ///< null if the protocol knows only where requests end
    RequestTraits _traits;                       ///< of the last complete request
    WatchListener& _listener;
    WatchLimits _limits;
    bool _lost = false;
    std::string _kept; ///< the beginning of the current request
    std::uint64_t _requestSize = 0;
    std::uint64_t _responseSize = 0;
    std::uint64_t _more = 0;       ///< bytes of its earlier messages
    Instant _first;                ///< time of the current response's first byte
    std::uint64_t _responseId = 0; ///< id of the current response
    bool _pushes = false;          ///< messages of the target may answer no request
    std::deque<Pending> _pending;
    std::size_t _textSize = 0; ///< bytes of text over all pending requests
};

} // namespace proximux
