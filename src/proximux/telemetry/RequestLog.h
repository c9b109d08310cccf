#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Log.h>

#include <atomic>

namespace proximux
{

/// The built-in listener of `request`. Writes one record of level 2 for each finished request, or for each slow one:
/// client, target, readable form, bytes in and out, milliseconds to the first and to the last byte. In fifo and funnel
/// the time in the queue is a field of its own. Any thread.
class RequestLog
{
public:
    /// shared: fifo or funnel.
    RequestLog(const Log& log, bool shared)
        : _log(log)
        , _shared(shared)
    {
    }

    /// Whether there is anything to write with this configuration, which is in force from now on.
    [[nodiscard]] bool use(const Configuration& configuration);

    void onRequest(RequestArgs& args);

private:
    void write(const ResponseInfo& response) const;

    const Log& _log;
    bool _shared;
    std::atomic<bool> _all{true};                        ///< fast ones, too
    std::atomic<std::int64_t> _slow{Duration::off().us}; ///< from how many microseconds a request is slow
};

} // namespace proximux
