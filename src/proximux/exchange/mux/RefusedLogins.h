#pragma once

#include <proximux/Instant.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <unordered_map>
#include <utility>

namespace proximux
{

/// Logins that a target has refused lately (Login::says), with the target's error: for pool.login_retry whoever needs
/// such a connection gets that, and the target is not asked again.
class RefusedLogins
{
public:
    [[nodiscard]] bool isEmpty() const { return _refused.empty(); }

    void note(const std::string& says, std::string error, Instant until, Instant now)
    {
        constexpr std::size_t MOST = 1000;
        if (_refused.size() >= MOST)
            sweep(now);
        if (_refused.size() >= MOST)
            _refused.clear();
        _refused[says] = {std::move(error), until};
    }

    /// The error; null: the target may be asked.
    [[nodiscard]] const std::string* find(const std::string& says, Instant now)
    {
        const auto found = _refused.find(says);
        if (found == _refused.end())
            return nullptr;
        if (now < found->second.until)
            return &found->second.error;
        sweep(now);
        return nullptr;
    }

    void clear() { _refused.clear(); }

private:
    struct Refused
    {
        std::string error;
        Instant until;
    };

    void sweep(Instant now)
    {
        for (auto each = _refused.begin(); each != _refused.end();)
            each = each->second.until <= now ? _refused.erase(each) : std::next(each);
    }

    std::unordered_map<std::string, Refused> _refused;
};

} // namespace proximux
