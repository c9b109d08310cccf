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
    if (target >= _ofTargets.size())
        _ofTargets.resize(target + 1);
    _ofTargets[target] = RecentError{now(), "TargetError", text};
}

void RecentErrors::forgetTarget(std::size_t target)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (target < _ofTargets.size())
        _ofTargets[target].reset();
}

std::vector<RecentError> RecentErrors::all() const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return {_errors.begin(), _errors.end()};
}

std::optional<RecentError> RecentErrors::ofTarget(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return target < _ofTargets.size() ? _ofTargets[target] : std::nullopt;
}

} // namespace proximux
