#pragma once

#include <proximux/Events.h>
#include <proximux/Log.h>

namespace proximux
{

/// The built-in listener of `request`. Writes one record of level 2 for each finished request: client, target, readable
/// form, bytes in and out, milliseconds to the first and to the last byte. In fifo and funnel the time in the queue is
/// a field of its own. Any thread.
class RequestLog
{
public:
    /// shared: fifo or funnel.
    RequestLog(const Log& log, bool shared)
        : _log(log)
        , _shared(shared)
    {
    }

    void onRequest(RequestArgs& args);

private:
    void write(const ResponseInfo& response) const;

    const Log& _log;
    bool _shared;
};

} // namespace proximux
