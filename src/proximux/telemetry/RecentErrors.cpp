#include <proximux/telemetry/RecentErrors.h>

#include <chrono>

namespace proximux
{

namespace
{

std::int64_t now()
{
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

} // namespace

void RecentErrors::add(const std::string& name, const std::string& text)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (_errors.size() == MOST)
        _errors.pop_back();
    _errors.push_front({now(), name, text});
}

void RecentErrors::addOfTarget(std::size_t target, const std::string& text)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _ofTargets[target] = RecentError{now(), "TargetError", text};
}

std::vector<RecentError> RecentErrors::all() const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return {_errors.begin(), _errors.end()};
}

std::optional<RecentError> RecentErrors::ofTarget(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _ofTargets[target];
}

} // namespace proximux
