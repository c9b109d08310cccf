#include <proximux/config/SettingRow.h>

#include <functional>
#include <string>

namespace proximux::table
{

using namespace kinds;

namespace
{

/// As it would be written.
std::string sizeOf(std::size_t bytes)
{
    return bytes % MIB == 0 ? std::to_string(bytes / MIB) + "M" : std::to_string(bytes / KIB) + "K";
}

} // namespace

std::vector<Setting> bufferSettings()
{
    return {
        now(row(
            "exchange.request_buffer", "auto",
            automaticSize(KIB, GIB, FIELD(std::optional<std::size_t>, exchange.requestBuffer)),
            {"",
             "Request bytes buffered per client; in fifo and funnel larger requests stream; auto: " +
                 defaultsOf(&ProtocolInfo::requestBuffer, std::less<>(), " with ", &sizeOf),
             "A request that fits takes no target connection before it is whole. A larger one has a connection alone. "
             "At the limit the client is no longer read until bytes have been sent. "
             "In proxy mode the value bounds each read from a client, like io.read_size. "
             "Raise it if large requests occupy connections, for example exchange.request_buffer = 1M."})),
        now(row("exchange.response_buffer", "64K", size(KIB, 16 * MIB, FIELD(std::size_t, exchange.responseBuffer)),
                {"", "Unsent response bytes per client before its target is paused",
                 "The target connection is read again when the client has taken half of them. "
                 "Others on that connection wait meanwhile, up to exchange.stall_timeout. "
                 "In proxy mode the value bounds each read from a target, like io.read_size. "
                 "Raise it for large responses to slow clients, for example exchange.response_buffer = 1M."})),
        now(row("exchange.total_buffer", "256M", size(MIB, 64 * GIB, FIELD(std::size_t, exchange.totalBuffer)),
                {"fifo, funnel",
                 "Buffered request bytes over all clients; at the limit a client is read only up to exchange.reserve",
                 "Error replies that wait to be sent count, too. "
                 "If incomplete requests take three quarters of it, the clients with the largest ones are closed. "
                 "Clients are read freely again when a quarter is free. "
                 "Raise it with the number of clients, for example exchange.total_buffer = 1G."})),
        now(row("exchange.reserve", "1K", size(64, MIB, FIELD(std::size_t, exchange.reserve)),
                {"fifo, funnel", "Request bytes of each client that find room even if exchange.total_buffer is full",
                 "Small requests are thus served while large ones fill the common buffer. "
                 "The memory comes in addition: 10000 clients with 1K may take 10 MB. "
                 "Raise it to the size of your usual request, for example exchange.reserve = 4K."})),
        now(row("exchange.max_queue", "10000", integer<std::size_t>(1, 10000000, FIELD(std::size_t, exchange.maxQueue)),
                {"fifo, funnel", "Queued requests over all clients; at the limit no client is read",
                 "Reading resumes when a quarter of the queue is free; no request is lost. "
                 "Lower it to keep waiting times short, and raise it for more clients. "
                 "Example: at 1000 requests per second, exchange.max_queue = 1000 is about one second."})),
    };
}

} // namespace proximux::table
