#pragma once

#include <proximux/Events.h>
#include <proximux/Log.h>

namespace proximux
{

/// The beginning of a log record that is about a client: who it is, and what a PROXY header has told of it.
inline JsonText clientRecord(const Log& log, const ClientInfo& client)
{
    JsonText record;
    record.add("client", log.address(client.address, client.port));
    if (client.announced != nullptr)
    {
        record.add("via", log.host(client.announced->via.host));
        if (!client.announced->uniqueId.empty())
            record.add("uniqueId", client.announced->uniqueId);
    }
    return record.add("id", static_cast<std::int64_t>(client.number));
}

} // namespace proximux
