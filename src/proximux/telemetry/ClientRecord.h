#pragma once

#include <proximux/Events.h>
#include <proximux/Log.h>

#include <cstdint>
#include <string>

namespace proximux
{

/// "address:port" of a client in the log.
inline std::string clientName(const Log& log, const ClientInfo& client)
{
    return log.address(client.address, client.port);
}

/// Likewise, of a UNIX socket with " (uid 1000, pid 4711)", and with a certificate with " (certificate web.example)".
inline std::string clientNameAndProof(const Log& log, const ClientInfo& client)
{
    std::string name = clientName(log, client);
    if (client.process)
        name += " (uid " + std::to_string(client.process->uid) + ", pid " + std::to_string(client.process->pid) + ")";
    if (client.tls && !client.tls->name.empty())
        name += " (certificate " + client.tls->name + ")";
    return name;
}

/// The beginning of a log record that is about a client: who it is, and what a PROXY header and TLS have told of it.
inline JsonText clientRecord(const Log& log, const ClientInfo& client)
{
    JsonText record;
    record.add("client", clientName(log, client));
    if (client.announced != nullptr)
    {
        record.add("via", log.host(client.announced->via.host));
        if (!client.announced->uniqueId.empty())
            record.add("uniqueId", client.announced->uniqueId);
    }
    record.add("id", static_cast<std::int64_t>(client.number));
    if (client.process)
        record.add("uid", std::int64_t{client.process->uid}).add("pid", client.process->pid);
    if (client.tls)
        record.add("tls", client.tls->version);
    if (client.tls && !client.tls->name.empty())
        record.add("certificate", client.tls->name);
    return record;
}

} // namespace proximux
