#pragma once

#include <proximux/wire/Buffer.h>

#include <cassert>

namespace proximux
{

/// Received bytes that were not consumed yet. Borrows the bytes of the current read and copies only what remains when
/// that read has been processed:
///
///     take(bytes)  ->  waiting(), consume() ...  ->  keep()
class InputBuffer
{
public:
    /// Adds the bytes just read. They must stay valid until keep().
    void take(Bytes bytes)
    {
        assert(_borrowed.empty());
        if (_kept.isEmpty())
            _borrowed = bytes;
        else
            _kept.append(bytes);
    }

    /// All bytes not consumed yet. Valid until the next call of a non-const method.
    [[nodiscard]] Bytes waiting() const { return _kept.isEmpty() ? _borrowed : _kept.waiting(); }

    /// Removes the first n bytes; n must not exceed size().
    void consume(std::size_t n)
    {
        assert(n <= size());
        if (_kept.isEmpty())
            _borrowed.remove_prefix(n);
        else
            _kept.consume(n);
    }

    /// Ends the current read: copies the remaining bytes.
    void keep()
    {
        if (_borrowed.empty())
            return;
        _kept.append(_borrowed);
        _borrowed = {};
    }

    void clear()
    {
        _borrowed = {};
        _kept.clear();
    }

    [[nodiscard]] std::size_t size() const { return waiting().size(); }
    [[nodiscard]] bool isEmpty() const { return waiting().empty(); }

    /// Number of bytes held in memory of its own.
    [[nodiscard]] std::size_t kept() const { return _kept.size(); }

private:
    Bytes _borrowed; ///< empty while anything is kept
    Buffer _kept;
};

} // namespace proximux
