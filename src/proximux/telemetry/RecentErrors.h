#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

struct RecentError
{
    std::int64_t time = 0; ///< milliseconds since 1970
    std::string name;      ///< as in the log
    std::string text;
};

/// The last refusals and errors, and for each target the last failure to reach it: for an administrator who does not
/// have the log at hand. Written only when one happens. Any thread.
class RecentErrors
{
public:
    static constexpr std::size_t MOST = 32;

    void add(const std::string& name, const std::string& text);

    /// target: its index.
    void addOfTarget(std::size_t target, const std::string& text);

    /// The target is new: nothing has failed.
    void forgetTarget(std::size_t target);

    /// The newest first.
    [[nodiscard]] std::vector<RecentError> all() const;

    [[nodiscard]] std::optional<RecentError> ofTarget(std::size_t target) const;

private:
    mutable std::mutex _mutex;
    std::deque<RecentError> _errors;
    std::vector<std::optional<RecentError>> _ofTargets;
};

} // namespace proximux
