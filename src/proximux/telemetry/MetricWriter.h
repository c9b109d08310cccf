#pragma once

#include <proximux/Histogram.h>
#include <proximux/Instant.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace proximux
{

/// A label of a sample, and its value.
using MetricLabel = std::pair<std::string_view, std::string_view>;

/// Writes the samples of one metric in the text format of Prometheus (exposition 0.0.4).
class MetricWriter
{
public:
    using Labels = std::initializer_list<MetricLabel>;

    /// Adds to the text, which must outlive it. The names must, too. service: the first label of each sample; empty:
    /// there is none.
    MetricWriter(std::string& text, std::string_view name, std::string_view service = {})
        : _text(text)
        , _name(name)
        , _service(service)
    {
    }

    void sample(std::uint64_t value, Labels labels = {});

    /// In seconds.
    void sample(Duration value, Labels labels = {});

    /// Its buckets, sum and count; without other labels.
    void sample(const Histogram<std::uint64_t>& histogram);

private:
    void line(std::string_view suffix, Labels labels, std::string_view value);
    void label(char before, const MetricLabel& label);

    std::string& _text;
    std::string_view _name;
    std::string_view _service;
};

/// A duration in seconds with as many decimals as it needs; independent of the locale.
std::string asSeconds(Duration duration);

} // namespace proximux
