#include <proximux/telemetry/Quantile.h>

#include <numeric>

namespace proximux
{

std::optional<Duration> quantileOf(const Histogram<std::uint64_t>& histogram, double share)
{
    const auto& buckets = histogram.buckets;
    const std::uint64_t all = std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
    if (all == 0)
        return std::nullopt;
    const double rank = share * static_cast<double>(all);
    double before = 0;
    for (std::size_t i = 0; i < HISTOGRAM_BOUNDS.size(); ++i)
    {
        const auto here = static_cast<double>(buckets[i]);
        if (here > 0 && before + here >= rank)
        {
            const auto lower = static_cast<double>(i > 0 ? HISTOGRAM_BOUNDS[i - 1] : 0);
            const double width = static_cast<double>(HISTOGRAM_BOUNDS[i]) - lower;
            return Duration{static_cast<std::int64_t>(lower + width * (rank - before) / here)};
        }
        before += here;
    }
    return Duration{HISTOGRAM_BOUNDS.back()};
}

} // namespace proximux
