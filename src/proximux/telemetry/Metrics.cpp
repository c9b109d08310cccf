#include <proximux/telemetry/Metrics.h>

#include <proximux/Version.h>
#include <proximux/telemetry/Labels.h>
#include <proximux/telemetry/TargetMetrics.h>

#include <Poco/Environment.h>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace proximux
{

namespace
{

using W = MetricWriter;
using S = MetricSource;

constexpr CounterKind COUNTER = CounterKind::counter;
constexpr CounterKind GAUGE = CounterKind::gauge;
constexpr CounterKind HISTOGRAM = CounterKind::histogram;

std::string pocoVersion()
{
    const std::uint32_t version = Poco::Environment::libraryVersion();
    const auto part = [version](unsigned shift) { return std::to_string(version >> shift & 0xFFU); };
    return part(24) + '.' + part(16) + '.' + part(8);
}

/// One sample for each close reason.
void byReason(W& writer, const std::array<std::uint64_t, CLOSE_REASONS>& counts)
{
    for (std::size_t i = 0; i < counts.size(); ++i)
        writer.sample(counts[i], {{"reason", snakeCase(infoOf(static_cast<CloseReason>(i)).name)}});
}

/// One sample for each reason of a pin.
void byPin(W& writer, const std::array<std::uint64_t, pins::COUNT>& counts)
{
    for (std::size_t i = 0; i < counts.size(); ++i)
        writer.sample(counts[i], {{"reason", snakeCase(pins::NAMES[i])}});
}

/// One sample for each side and each way in which a handshake may end.
void handshakes(W& writer, const S& source)
{
    const Statistics& all = source.statistics;
    writer.sample(all.clientHandshakes, {{"side", "client"}, {"outcome", "done"}, {"reason", ""}});
    writer.sample(all.targetHandshakes, {{"side", "target"}, {"outcome", "done"}, {"reason", ""}});
    for (std::size_t i = 0; i < TLS_REASONS; ++i)
    {
        const char* const reason = toString(static_cast<TlsReason>(i));
        writer.sample(all.clientHandshakesFailed[i], {{"side", "client"}, {"outcome", "failed"}, {"reason", reason}});
        writer.sample(all.targetHandshakesFailed[i], {{"side", "target"}, {"outcome", "failed"}, {"reason", reason}});
    }
}

void expiries(W& writer, const S& source)
{
    const auto write = [&writer](const char* side, const std::vector<TlsCertificate>& all)
    {
        for (const TlsCertificate& each : all)
            writer.sample(static_cast<std::uint64_t>(std::max<std::int64_t>(each.ends, 0)),
                          {{"side", side}, {"file", each.file}});
    };
    write("client", source.statistics.clientCertificates);
    write("target", source.statistics.targetCertificates);
}

/// A value of its own.
template <auto Member>
void single(W& writer, const S& source)
{
    writer.sample(source.statistics.*Member);
}

void byOutcome(W& writer, const S& source)
{
    for (std::size_t i = 0; i < REQUEST_OUTCOMES; ++i)
        writer.sample(source.statistics.requests[i], {{"outcome", toString(static_cast<RequestOutcome>(i))}});
}

void byThread(W& writer, const S& source, Duration ThreadStatistics::*member)
{
    std::size_t number = 0;
    for (const ThreadStatistics& thread : source.statistics.threads)
        writer.sample(thread.*member, {{"thread", std::to_string(++number)}});
}

void bySide(W& writer, std::uint64_t client, std::uint64_t target)
{
    writer.sample(client, {{"side", "client"}});
    writer.sample(target, {{"side", "target"}});
}

void whereKnown(W& writer, const std::optional<std::uint64_t>& value)
{
    if (value)
        writer.sample(*value);
}

void buildInfo(W& writer, const S& source)
{
    writer.sample(std::uint64_t{1},
                  {{"version", VERSION}, {"poco", pocoVersion()}, {"io_backend", source.statistics.ioBackend}});
}

std::vector<MetricInfo> processRows()
{
    return {
        {"proximux_build_info", GAUGE, "version, poco, io_backend", "Always 1; the labels tell what runs.", buildInfo},
        {"process_start_time_seconds", GAUGE, "", "When the process started, in seconds since 1970.",
         [](W& w, const S& s) { w.sample(s.process.started); }},
        {"process_cpu_seconds_total", COUNTER, "", "CPU time of the process, user and system.",
         [](W& w, const S& s) { w.sample(s.process.cpu); }},
        {"process_resident_memory_bytes", GAUGE, "", "Resident memory of the process.",
         [](W& w, const S& s) { whereKnown(w, s.process.residentMemory); }},
        {"process_open_fds", GAUGE, "", "Open descriptors of the process.",
         [](W& w, const S& s) { whereKnown(w, s.process.descriptors); }},
        {"process_max_fds", GAUGE, "", "Limit of open descriptors of the process.",
         [](W& w, const S& s) { whereKnown(w, s.process.maxDescriptors); }},
    };
}

std::vector<MetricInfo> threadRows()
{
    return {
        {"proximux_reactor_busy_seconds_total", COUNTER, "thread",
         "Time in which the thread did not wait for events; a rate of 1 is a fully used processor core.",
         [](W& w, const S& s) { byThread(w, s, &ThreadStatistics::busy); }},
        {"proximux_reactor_turn_seconds_max", GAUGE, "thread", "Longest turn of the thread since the start.",
         [](W& w, const S& s) { byThread(w, s, &ThreadStatistics::longestTurn); }},
    };
}

std::vector<MetricInfo> programRows()
{
    return {
        {"proximux_log_records_dropped_total", COUNTER, "",
         "Log records dropped because the queue of the log was full (log.queue, log.queue_bytes).",
         [](W& w, const S& s) { w.sample(s.process.logRecordsDropped); }},
        {"proximux_config_last_reload_successful", GAUGE, "",
         "1 if the last reload was applied, or there was none; 0 if it was refused, or the last one of certificates.",
         [](W& w, const S& s) { w.sample(std::uint64_t{s.process.isReloaded}); }},
        {"proximux_config_last_reload_success_timestamp_seconds", GAUGE, "",
         "When the configuration in force was put in force, since 1970: at the start, or by a reload.",
         [](W& w, const S& s) { w.sample(s.process.configured); }},
    };
}

std::vector<MetricInfo> drainRows()
{
    return {
        {"proximux_draining", GAUGE, "", "1 since the process was asked to end after its clients, otherwise 0.",
         [](W& w, const S& s) { w.sample(std::uint64_t{s.statistics.draining}); }},
        {"proximux_paused", GAUGE, "",
         "1 from the admin command pause to resume, while no target connection is opened; otherwise 0.",
         [](W& w, const S& s) { w.sample(std::uint64_t{s.statistics.paused}); }},
    };
}

/// These have no service.
std::vector<MetricInfo> ofProcess(std::vector<MetricInfo> rows)
{
    for (MetricInfo& row : rows)
        row.isOfProcess = true;
    return rows;
}

std::vector<MetricInfo> clientRows()
{
    return {
        {"proximux_client_connections", GAUGE, "", "Clients connected now.", single<&Statistics::current>},
        {"proximux_client_connections_limit", GAUGE, "",
         "Clients that may be connected: local.max_connections, or what the descriptors suffice for. Absent: no limit.",
         [](W& w, const S& s)
         {
             if (s.statistics.clientLimit > 0)
                 w.sample(s.statistics.clientLimit);
         }},
        {"proximux_client_connections_accepted_total", COUNTER, "",
         "Clients accepted, including those refused: present, closed and refused ones, and checks, add up to it.",
         [](W& w, const S& s) { w.sample(s.statistics.accepted + s.statistics.dropped); }},
        {"proximux_client_connections_refused_total", COUNTER, "reason",
         "Clients closed on arrival. limit: local.max_connections; access: the access list, or a listener of "
         "connected; address: a limit of the client's address; table: limits.table was full; memory: limits.memory; "
         "preface: a PROXY header was missing or malformed; tls: the handshake failed.",
         [](W& w, const S& s)
         {
             w.sample(s.statistics.dropped, {{"reason", "limit"}});
             w.sample(s.statistics.refused, {{"reason", "access"}});
             w.sample(s.statistics.limited, {{"reason", "address"}});
             w.sample(s.statistics.untracked, {{"reason", "table"}});
             w.sample(s.statistics.unaffordable, {{"reason", "memory"}});
             w.sample(s.statistics.unannounced, {{"reason", "preface"}});
             const auto& failed = s.statistics.clientHandshakesFailed;
             w.sample(std::accumulate(failed.begin(), failed.end(), std::uint64_t{0}), {{"reason", "tls"}});
         }},
        {"proximux_client_connections_checks_total", COUNTER, "",
         "Connections of load balancers' checks: where a PROXY header is due, those that sent nothing, or LOCAL alone.",
         single<&Statistics::balancerChecks>},
        {"proximux_tls_handshakes_total", COUNTER, "side, outcome, reason",
         "Handshakes of TLS with clients and with targets, those of health checks not counted; the reason is that of a "
         "failed one (docs/tls.md).",
         handshakes},
        {"proximux_tls_certificate_expiry_timestamp_seconds", GAUGE, "side, file",
         "When a certificate that is shown expires, since 1970; in a file with a chain the first one that does.",
         expiries},
        {"proximux_client_connections_closed_total", COUNTER, "reason",
         "Clients that have left or were closed, by close reason (docs/operations.md).",
         [](W& w, const S& s) { byReason(w, s.statistics.clientsClosed); }},
        {"proximux_received_bytes_total", COUNTER, "side", "Bytes received from clients and from targets.",
         [](W& w, const S& s) { bySide(w, s.statistics.bytesIn, s.statistics.targetBytesIn); }},
        {"proximux_sent_bytes_total", COUNTER, "side", "Bytes for clients and for targets, as they are passed on.",
         [](W& w, const S& s) { bySide(w, s.statistics.bytesOut, s.statistics.targetBytesOut); }},
    };
}

std::vector<MetricInfo> requestRows()
{
    return {
        {"proximux_requests_total", COUNTER, "outcome",
         "Ended requests. answered: by the target, or by a reply of the proxy; error: by an error of the proxy, or "
         "with its connection; refused: the proxy does not pass such requests; client_gone: its client left first. In "
         "proxy mode only where exchange.protocol delimits messages, and only requests with a response.",
         byOutcome},
        {"proximux_requests_repeated_total", COUNTER, "",
         "Requests sent again after they were lost with their connection; fifo and funnel.",
         single<&Statistics::repeated>},
        {"proximux_requests_cancelled_total", COUNTER, "",
         "Requests that their clients have cancelled, in the queue or at the target; fifo and funnel.",
         single<&Statistics::cancelled>},
        {"proximux_requests_queued", GAUGE, "", "Requests that wait to be sent; fifo and funnel.",
         single<&Statistics::queued>},
        {"proximux_queue_oldest_wait_seconds", GAUGE, "",
         "How long the oldest of them has been waiting; 0: none waits.", single<&Statistics::oldestWait>},
        {"proximux_queue_timeout_seconds", GAUGE, "", "exchange.queue_timeout. Absent: off, or in proxy mode.",
         [](W& w, const S& s)
         {
             if (s.statistics.queueTimeout > Duration{0})
                 w.sample(s.statistics.queueTimeout);
         }},
        {"proximux_queue_duration_seconds", HISTOGRAM, "",
         "Time from a request's last byte until it is sent, or fails unsent; fifo and funnel.",
         single<&Statistics::queueDuration>},
        {"proximux_request_duration_seconds", HISTOGRAM, "",
         "Time from a request's being sent until its response's last byte, or its failure. In proxy mode as for "
         "proximux_requests_total.",
         single<&Statistics::requestDuration>},
        {"proximux_connect_duration_seconds", HISTOGRAM, "",
         "Time until a target connection was open, looking up its name included.",
         single<&Statistics::connectDuration>},
        {"proximux_clients_tied", GAUGE, "reason",
         "Clients that are pinned to a target connection now; a client may have several reasons.",
         [](W& w, const S& s) { byPin(w, s.statistics.tiedNow); }},
        {"proximux_ties_refused_total", COUNTER, "reason", "Requests refused because they would pin a connection.",
         [](W& w, const S& s) { byPin(w, s.statistics.tiesRefused); }},
    };
}

std::vector<MetricInfo> allRows()
{
    std::vector<MetricInfo> all;
    for (const auto& rows : {clientRows(), requestRows(), targetMetrics(), ofProcess(processRows()), threadRows(),
                             ofProcess(programRows()), drainRows()})
        all.insert(all.end(), rows.begin(), rows.end());
    return all;
}

} // namespace

const std::vector<MetricInfo>& metrics()
{
    static const std::vector<MetricInfo> ROWS = allRows();
    return ROWS;
}

std::string metricsText(const std::vector<ServiceStatistics>& services, const ProcessFacts& process)
{
    std::string text;
    for (const MetricInfo& row : metrics())
    {
        text.append("# HELP ").append(row.name).append(" ").append(row.help).append("\n");
        text.append("# TYPE ").append(row.name).append(" ").append(toString(row.kind)).append("\n");
        for (const ServiceStatistics& each : services)
        {
            MetricWriter writer(text, row.name, row.isOfProcess ? std::string_view() : each.service);
            row.write(writer, {each.statistics, process});
            if (row.isOfProcess)
                break;
        }
    }
    return text;
}

} // namespace proximux
