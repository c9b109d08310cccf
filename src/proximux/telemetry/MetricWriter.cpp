#include <proximux/telemetry/MetricWriter.h>

#include <cstddef>
#include <utility>

namespace proximux
{

namespace
{

/// As the format asks for. A name or an address is of printable ASCII; anything else would void the whole scrape.
void appendEscaped(std::string& text, std::string_view value)
{
    for (const char c : value)
    {
        if (c == '"' || c == '\\')
            text += '\\';
        if (c == '\n')
            text += "\\n";
        else
            text += c >= ' ' && c <= '~' ? c : '?';
    }
}

} // namespace

std::string asSeconds(Duration duration)
{
    constexpr std::int64_t SECOND = 1000000;
    const std::int64_t us = duration.us > 0 ? duration.us : 0;
    std::string text = std::to_string(us / SECOND);
    if (us % SECOND == 0)
        return text;
    text += '.' + std::to_string(SECOND + us % SECOND).substr(1);
    return text.substr(0, text.find_last_not_of('0') + 1);
}

void MetricWriter::sample(std::uint64_t value, Labels labels)
{
    line({}, labels, std::to_string(value));
}

void MetricWriter::sample(Duration value, Labels labels)
{
    line({}, labels, asSeconds(value));
}

void MetricWriter::sample(const Histogram<std::uint64_t>& histogram)
{
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < histogram.buckets.size(); ++i)
    {
        count += histogram.buckets[i];
        const std::string bound = i < HISTOGRAM_BOUNDS.size() ? asSeconds({HISTOGRAM_BOUNDS[i]}) : "+Inf";
        line("_bucket", {{"le", bound}}, std::to_string(count));
    }
    line("_sum", {}, asSeconds({static_cast<std::int64_t>(histogram.sum)}));
    line("_count", {}, std::to_string(count));
}

void MetricWriter::line(std::string_view suffix, Labels labels, std::string_view value)
{
    _text.append(_name).append(suffix);
    char before = '{';
    if (!_service.empty())
        label(std::exchange(before, ','), {"service", _service});
    for (const MetricLabel& each : labels)
        label(std::exchange(before, ','), each);
    if (before == ',')
        _text += '}';
    _text += ' ';
    _text.append(value);
    _text += '\n';
}

void MetricWriter::label(char before, const MetricLabel& label)
{
    _text += before;
    _text.append(label.first).append("=\"");
    appendEscaped(_text, label.second);
    _text += '"';
}

} // namespace proximux
