#pragma once

#include <proximux/protocol/Registry.h>
#include <proximux/proxy/Runtime.h>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace proximux
{

/// Turns what a pair's watcher observes into events and log records. Owned by its ClientSession, used in its reactor's
/// thread.
class PairReport : public WatchListener
{
public:
    /// Whether a listener, the log or the protocol needs this pair's messages.
    static bool isWanted(const Runtime& runtime);

    /// target: number from 1. The client must outlive this object.
    PairReport(Runtime& runtime, const ClientInfo& client, std::size_t target);

    void requestSeen(const WatchedRequest& request) override;
    void responseSeen(const WatchedResponse& response) override;
    void watchLost(const char* reason) override;

private:
    using Listeners = std::vector<std::function<void(const ResponseInfo&)>>;

    void logData(const WatchedRequest& request) const;
    void tell(const Listeners& listeners, const ResponseInfo& info) const;

    Runtime& _runtime;
    const ClientInfo& _client;
    std::size_t _target;
    std::deque<Listeners> _unanswered; ///< listeners of the requests that expect a response, in request order
};

} // namespace proximux
