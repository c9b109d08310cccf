#pragma once

#include <atomic>
#include <cstdint>

namespace proximux
{

/// A value that one thread writes and any thread may read.
class LiveValue
{
public:
    /// Not an atomic read-modify-write: there is one writer.
    void operator+=(std::uint64_t n) { set(get() + n); }

    void set(std::uint64_t value) { _value.store(value, std::memory_order_relaxed); }

    [[nodiscard]] std::uint64_t get() const { return _value.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> _value{0};
};

} // namespace proximux
