#pragma once

#include <proximux/wire/Buffer.h>

#include <cassert>

namespace proximux
{

/// What came from a peer and was not used yet. Borrows the bytes of the present read and copies only what is left of
/// them when the read has been dealt with:
///
///     take(bytes)  ->  waiting(), consume() ...  ->  keep()
class InputBuffer
{
public:
    /// Adds what was just read. The bytes must stay valid until keep().
    void take(Bytes bytes)
    {
        assert(_borrowed.empty());
        if (_kept.isEmpty())
            _borrowed = bytes;
        else
            _kept.append(bytes);
    }

    /// All that was not used. Valid until the next call of a method that is not const.
    [[nodiscard]] Bytes waiting() const { return _kept.isEmpty() ? _borrowed : _kept.waiting(); }

    /// The first n bytes are used; n must not exceed size().
    void consume(std::size_t n)
    {
        assert(n <= size());
        if (_kept.isEmpty())
            _borrowed.remove_prefix(n);
        else
            _kept.consume(n);
    }

    /// The read is over: what is left is copied.
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

    /// Bytes that are held in memory of its own.
    [[nodiscard]] std::size_t kept() const { return _kept.size(); }

private:
    Bytes _borrowed; ///< empty while anything is kept
    Buffer _kept;
};

} // namespace proximux
