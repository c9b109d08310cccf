#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <memory>

namespace proximux
{

/// Bytes that wait to be sent, first in, first out, contiguous.
///
///      0       _begin         _end        _capacity
///      | consumed |  waiting    |   room      |
///
/// Holds no memory while it is empty: an idle connection costs nothing. Memory up to 16 KiB comes from what the thread
/// has kept of other buffers, at most 256 KiB of each size: in steady state there is no allocation.
class Buffer
{
public:
    /// Appends a copy of the bytes.
    void append(Bytes bytes);

    /// The unsent bytes. Valid until the next append() or consume().
    [[nodiscard]] Bytes waiting() const { return {_storage.get() + _begin, _end - _begin}; }

    /// Removes the first n waiting bytes; n must not exceed size(). Frees the memory once the buffer is empty.
    void consume(std::size_t n);

    void clear() { consume(size()); }

    [[nodiscard]] std::size_t size() const { return _end - _begin; }
    [[nodiscard]] bool isEmpty() const { return _begin == _end; }
    [[nodiscard]] std::size_t capacity() const { return _capacity; }

private:
    /// Keeps the memory for another buffer of this thread, or frees it.
    struct GiveBack
    {
        std::size_t capacity;
        void operator()(char* memory) const;
    };

    using Memory = std::unique_ptr<char[], GiveBack>;

    static Memory take(std::size_t n);
    void makeRoom(std::size_t n);

    Memory _storage;
    std::size_t _begin = 0;
    std::size_t _end = 0;
    std::size_t _capacity = 0;
};

} // namespace proximux
