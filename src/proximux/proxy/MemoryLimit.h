#pragma once

#include <proximux/Instant.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace proximux
{

/// Whether the process has more memory than limits.memory. It asks the system at most ten times a second. Before it
/// says so, it has what was freed given back to the system, at most once a second: else the memory of an earlier rush
/// would count for ever. It never reads a clock. Single-threaded.
class MemoryLimit
{
public:
    /// The bytes that the process has. Nothing: unknown.
    using Measure = std::function<std::optional<std::uint64_t>()>;
    using Release = std::function<void()>;

    MemoryLimit(Measure measure, Release release)
        : _measure(std::move(measure))
        , _release(std::move(release))
    {
    }

    /// most: bytes; 0: no limit.
    void use(std::size_t most)
    {
        _most = most;
        _next = {};
    }

    [[nodiscard]] bool isOn() const { return _most > 0; }
    [[nodiscard]] bool isExceeded(Instant now);

private:
    [[nodiscard]] bool measure() const { return _measure().value_or(0) > _most; }

    const Measure _measure;
    const Release _release;
    std::size_t _most = 0;
    bool _exceeded = false;
    Instant _next;        ///< until then the last answer holds
    Instant _nextRelease; ///< likewise
};

} // namespace proximux
