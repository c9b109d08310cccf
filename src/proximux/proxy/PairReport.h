#pragma once

#include <proximux/protocol/Registry.h>
#include <proximux/proxy/Runtime.h>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace proximux
{

/// Turns what a pair's watcher sees into events and log records. Owned by its ClientSession, used in its reactor's
/// thread.
class PairReport : public WatchListener
{
public:
    /// Whether anybody wants to hear of this pair's messages at all.
    static bool isWanted(const Runtime& runtime);

    /// target: number from 1. The client is the session's, and outlives this.
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
    std::deque<Listeners> _unanswered; ///< of the requests that expect a response, in their order
};

} // namespace proximux
