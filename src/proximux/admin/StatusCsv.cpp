// Status: the table for spreadsheets and scripts.

#include <proximux/admin/Status.h>

#include <proximux/admin/Views.h>

#include <Poco/NumberFormatter.h>

#include <algorithm>
#include <numeric>

namespace proximux::admin
{

namespace
{

using Values = std::vector<std::string>;

/// The names of the columns, before that of services; of those that say nothing of a target or of the proxy the value
/// is empty.
const Values NAMES{"kind",   "name",       "state",   "clients",  "maxClients",    "requests", "errors",
                   "queued", "oldestWait", "bytesIn", "bytesOut", "opening",       "idle",     "busy",
                   "pinned", "limit",      "retryIn", "down",     "lastErrorTime", "lastError"};

std::string quoted(const std::string& value)
{
    if (value.find_first_of(",\"\r\n") == std::string::npos)
        return value;
    std::string text = "\"";
    for (const char c : value)
        text.append(c == '"' ? 2 : 1, c);
    return text + "\"";
}

std::string lineOf(const Values& values)
{
    std::string line;
    for (const std::string& value : values)
        line.append(line.empty() ? "" : ",").append(quoted(value));
    return line + "\r\n";
}

std::string secondsText(Duration duration)
{
    return Poco::NumberFormatter::format(duration.asMilliseconds() / 1000, 3);
}

Values proxyRow(const ServiceStatus& seen)
{
    const Statistics& counted = seen.statistics;
    const QueueTotal waiting = queueTotal(seen.workers);
    const std::uint64_t requests = std::accumulate(counted.requests.begin(), counted.requests.end(), std::uint64_t{0});
    return {"proxy",
            seen.configuration->local.toString(),
            toString(seen.phase),
            std::to_string(counted.current),
            std::to_string(seen.configuration->local.maxConnections),
            std::to_string(requests),
            std::to_string(counted.requests[static_cast<std::size_t>(RequestOutcome::error)] + counted.failed),
            std::to_string(waiting.length),
            secondsText(waiting.oldest.value_or(Duration{})),
            std::to_string(counted.bytesIn),
            std::to_string(counted.bytesOut)};
}

Values targetRow(const TargetView& target, const TargetStatistics& counted)
{
    Values row{"target", target.address, target.state};
    row.resize(static_cast<std::size_t>(std::find(NAMES.begin(), NAMES.end(), "opening") - NAMES.begin()));
    for (const std::uint64_t number : {counted.opening, counted.idle, counted.busy, counted.tied, counted.limit})
        row.push_back(std::to_string(number));
    row.push_back(target.retryIn ? secondsText(*target.retryIn) : "");
    row.push_back(secondsText(counted.down));
    row.push_back(target.lastError ? timeText(target.lastError->time) : "");
    row.push_back(target.lastError ? target.lastError->text : "");
    return row;
}

} // namespace

std::string statusCsv(const StatusView& seen)
{
    const auto line = [&seen](Values values, const std::string& service)
    {
        values.resize(NAMES.size());
        if (seen.isNamed())
            values.push_back(service);
        return lineOf(values);
    };
    std::string text = "# " + line(NAMES, "service");
    for (const ServiceStatus& each : seen.services)
    {
        text += line(proxyRow(each), each.service.name);
        const auto& counted = each.statistics.targets; // a reload may just have changed which there are
        for (std::size_t i = 0; i < std::min(each.targets.size(), counted.size()); ++i)
            text += line(targetRow(each.targets[i], counted[i]), each.service.name);
    }
    return text;
}

} // namespace proximux::admin
