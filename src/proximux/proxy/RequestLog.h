#pragma once

#include <proximux/proxy/Events.h>
#include <proximux/proxy/Log.h>

namespace proximux
{

/// The built-in listener of `request`: one record of level 2 for each request that was answered, or was not to be:
/// client, target, readable form, bytes in and out, milliseconds to the first and to the last byte. Any thread.
class RequestLog
{
public:
    explicit RequestLog(const Log& log)
        : _log(log)
    {
    }

    void onRequest(RequestArgs& args);

private:
    void write(const ResponseInfo& response) const;

    const Log& _log;
};

} // namespace proximux
