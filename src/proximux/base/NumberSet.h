#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace proximux
{

/// A set of small numbers with fast access to the lowest: one bit each, scanned 64 at a time.
class NumberSet
{
public:
    static constexpr std::size_t NONE = std::numeric_limits<std::size_t>::max();

    /// For numbers from 0 to size - 1.
    explicit NumberSet(std::size_t size)
        : _words((size + 63) / 64)
    {
    }

    /// Takes numbers up to size - 1 from now on; it never shrinks.
    void grow(std::size_t size) { _words.resize(std::max(_words.size(), (size + 63) / 64)); }

    void insert(std::size_t n)
    {
        if (!contains(n))
            ++_size;
        _words[n / 64] |= bit(n);
    }

    void remove(std::size_t n)
    {
        if (contains(n))
            --_size;
        _words[n / 64] &= ~bit(n);
    }

    [[nodiscard]] bool contains(std::size_t n) const { return (_words[n / 64] & bit(n)) != 0; }

    /// The lowest number that is at least `from`, or NONE.
    [[nodiscard]] std::size_t first(std::size_t from = 0) const
    {
        if (_size == 0)
            return NONE;
        for (std::size_t i = from / 64; i < _words.size(); ++i)
        {
            std::uint64_t word = _words[i];
            if (i == from / 64)
                word &= ~std::uint64_t{0} << (from % 64);
            if (word == 0)
                continue;
            return i * 64 + lowest(word);
        }
        return NONE;
    }

    [[nodiscard]] std::size_t size() const { return _size; }
    [[nodiscard]] bool isEmpty() const { return _size == 0; }

private:
    static std::uint64_t bit(std::size_t n) { return std::uint64_t{1} << (n % 64); }

    /// The number of the lowest bit of a word that has one.
    static std::size_t lowest(std::uint64_t word)
    {
        std::size_t n = 0;
        for (unsigned width = 32; width > 0; width /= 2)
            if (word << (64 - width) == 0)
            {
                word >>= width;
                n += width;
            }
        return n;
    }

    std::vector<std::uint64_t> _words;
    std::size_t _size = 0;
};

} // namespace proximux
