#include <proximux/admin/StatusPage.h>

#include <proximux/Version.h>
#include <proximux/admin/Numbers.h>
#include <proximux/admin/PageFiles.h>
#include <proximux/admin/Views.h>
#include <proximux/telemetry/Quantile.h>

#include <algorithm>
#include <initializer_list>
#include <numeric>
#include <vector>

namespace proximux::admin
{

namespace
{

constexpr const char* WARNING = "\xE2\x9A\xA0 ";

/// A cell of a table; the first one names its row.
struct HtmlCell
{
    const char* label; ///< of the column, where the columns are not shown beside one another
    std::string text;
    std::string style = {}; ///< a class
};

std::string rowHtml(std::initializer_list<HtmlCell> cells)
{
    std::string html = "<tr>";
    for (const HtmlCell& cell : cells)
    {
        const bool isFirst = &cell == cells.begin();
        const std::string style = cell.style.empty() && cell.text.empty() ? "none" : cell.style;
        html +=
            std::string(isFirst ? R"(<th scope="row")" : "<td") + R"( data-label=")" + escapeHtml(cell.label) + "\"";
        html += style.empty() ? ">" : R"( class=")" + escapeHtml(style) + R"(">)";
        html += escapeHtml(cell.text.empty() ? "-" : cell.text) + (isFirst ? "</th>" : "</td>");
    }
    return html + "</tr>\n";
}

std::string orNone(const std::string& rows, int columns)
{
    return rows.empty() ? R"(<tr><td colspan=")" + std::to_string(columns) + R"(">none</td></tr>)" : rows;
}

/// Beside the word, so that nobody needs the colour.
std::string symbolOf(const std::string& state)
{
    if (state == "living")
        return "\xE2\x97\x8F ";
    if (state == "drained" || state == "closed")
        return "\xE2\x97\x8B ";
    return state == "dead" || state == "down" ? "\xE2\x9C\x96 " : "\xE2\x97\x90 ";
}

/// A name with that of its service in front, if that has one.
std::string nameIn(const ServiceStatus& seen, const std::string& name)
{
    return seen.service.name.empty() ? name : seen.service.name + " " + name;
}

std::string targetRows(const ServiceStatus& seen)
{
    std::string rows;
    for (std::size_t i = 0; i < seen.targets.size(); ++i)
    {
        const TargetView& each = seen.targets[i];
        const std::string states = toText(connectionStates(seen.workers, i + 1));
        rows += rowHtml(
            {{"Target", nameIn(seen, std::to_string(i + 1) + ": " + each.address)},
             {"State", symbolOf(each.state) + each.state, each.state},
             {"Connections", states.empty() ? "none" : states},
             {"Back-off ends in", each.retryIn ? shortText(*each.retryIn) : ""},
             {"Last error", each.lastError ? timeText(each.lastError->time) + " " + each.lastError->text : ""}});
    }
    return rows;
}

std::string laneRows(const ServiceStatus& seen)
{
    std::string rows;
    for (const LaneView& lane : lanesOf(seen.workers, StatusView::MOST_LANES))
    {
        const ConnectionView& each = lane.connection;
        const bool isPinned = each.pins != 0;
        const std::string client = std::to_string(each.client) + " at " + lane.clientAddress;
        rows += rowHtml({{"Connection", nameIn(seen, std::to_string(each.number))},
                         {"Target", std::to_string(each.target) + ": " + each.address},
                         {"State", each.state, isPinned ? "pinned" : ""},
                         {"In flight", std::to_string(each.inFlight)},
                         {"Client", each.client != 0 ? client : ""},
                         {"Pinned by", pinNames(each.pins)},
                         {"Pinned for", isPinned ? shortText(each.pinned) : ""}});
    }
    return rows;
}

std::string errorRows(const ServiceStatus& seen)
{
    std::string rows;
    for (const RecentError& each : seen.errors)
        rows += rowHtml({{"Time", timeText(each.time)}, {"Name", nameIn(seen, each.name)}, {"Text", each.text}});
    return rows;
}

/// Those of all services.
std::string allRows(const StatusView& seen, int columns, std::string (*make)(const ServiceStatus& seen))
{
    std::string rows;
    for (const ServiceStatus& each : seen.services)
        rows += make(each);
    return orNone(rows, columns);
}

std::string phaseBanner(ProxyInspector::Phase phase)
{
    using Phase = ProxyInspector::Phase;
    if (phase == Phase::serving)
        return {};
    const bool isDraining = phase == Phase::draining;
    return WARNING + std::string(toString(phase)) +
           (isDraining ? ": no new clients are accepted; it ends when all have left" : "");
}

using Marks = std::map<std::string, std::string>;

/// What has been counted; rates are averages since the start.
void addCounters(Marks& marks, const StatusTotals& totals, Duration uptime)
{
    const Statistics& counted = totals.counted;
    const std::uint64_t requests = std::accumulate(counted.requests.begin(), counted.requests.end(), std::uint64_t{0});
    const double seconds = std::max(uptime.asMilliseconds() / 1000, 1.0);
    const auto perSecond = [seconds](std::uint64_t number) { return static_cast<double>(number) / seconds; };
    const std::string since = " since the start";
    const std::int64_t most = totals.maxClients;
    marks["clients"] = std::to_string(counted.current);
    marks["maxClients"] = most > 0 ? "of " + std::to_string(most) : "";
    marks["accepted"] = std::to_string(counted.accepted) + " accepted" + since;
    marks["rate"] = shortNumber(perSecond(requests));
    marks["requests"] = std::to_string(requests) + since;
    marks["median"] = latencyText(quantileOf(counted.requestDuration, 0.5));
    marks["p99"] = latencyText(quantileOf(counted.requestDuration, 0.99));
    marks["span"] = since.substr(1);
    marks["errors"] =
        std::to_string(counted.requests[static_cast<std::size_t>(RequestOutcome::error)] + counted.failed);
    marks["recent"] = "";
    marks["in"] = sizeText(perSecond(counted.bytesIn));
    marks["out"] = sizeText(perSecond(counted.bytesOut));
    marks["totalIn"] = sizeText(static_cast<double>(counted.bytesIn)) + since;
    marks["totalOut"] = sizeText(static_cast<double>(counted.bytesOut)) + since;
}

} // namespace

std::string escapeHtml(std::string_view text)
{
    std::string html;
    for (const char c : text)
    {
        const bool isSpecial = c == '&' || c == '<' || c == '>' || c == '"' || c == '\'';
        if (isSpecial)
            html.append("&#").append(std::to_string(static_cast<int>(c))).append(";");
        else
            html += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? '.' : c;
    }
    return html;
}

std::string fillIn(std::string_view text, const std::map<std::string, std::string>& marks)
{
    std::string filled;
    while (!text.empty())
    {
        const std::size_t begin = std::min(text.find('@'), text.size());
        const std::size_t end = text.find('@', std::min(begin + 1, text.size()));
        filled.append(text.substr(0, begin));
        if (end == std::string_view::npos)
            return filled.append(text.substr(begin));
        const auto mark = marks.find(std::string(text.substr(begin + 1, end - begin - 1)));
        filled.append(mark != marks.end() ? mark->second : std::string(text.substr(begin, end - begin)));
        text.remove_prefix(mark != marks.end() ? end + 1 : end);
    }
    return filled;
}

std::string statusPage(const StatusView& seen)
{
    const StatusTotals totals(seen);
    const QueueTotal& waiting = totals.queue;
    Marks marks;
    addCounters(marks, totals, seen.uptime);
    marks["version"] = VERSION;
    marks["listen"] = totals.listen;
    marks["mode"] = totals.mode;
    marks["protocol"] = totals.protocol;
    marks["uptime"] = shortText(seen.uptime);
    marks["phase"] = phaseBanner(totals.phase);
    marks["paused"] = totals.paused ? WARNING + std::string("paused: requests wait until resume") : "";
    marks["silent"] =
        seen.silent.empty() ? "" : WARNING + ("threads that do not respond: " + std::to_string(seen.silent.size()));
    marks["queue"] = std::to_string(waiting.length);
    marks["oldest"] =
        waiting.length > 0 ? "the oldest waits for " + shortText(waiting.oldest.value_or(Duration{})) : "";
    for (auto& [name, text] : marks)
        text = escapeHtml(text);
    marks["targets"] = allRows(seen, 5, &targetRows);
    marks["lanes"] = allRows(seen, 7, &laneRows);
    marks["lastErrors"] = allRows(seen, 3, &errorRows);
    return fillIn(page::TEMPLATE, marks);
}

} // namespace proximux::admin
