#pragma once

#include <cstdint>

namespace proximux
{

/// A pseudo-random sequence of 64-bit numbers (SplitMix64). The same seed gives the same sequence, which makes tests
/// repeatable. Not a cipher: with a random seed a peer cannot guess the numbers unless it sees some of them. Usable in
/// any thread, by one at a time.
class Random
{
public:
    explicit Random(std::uint64_t seed)
        : _state(seed)
    {
    }

    /// The next number; any 64-bit value.
    std::uint64_t next()
    {
        std::uint64_t z = _state += 0x9e3779b97f4a7c15U;
        z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9U;
        z = (z ^ z >> 27U) * 0x94d049bb133111ebU;
        return z ^ z >> 31U;
    }

    /// A number from 0 to n - 1; n must not be 0.
    std::uint64_t below(std::uint64_t n) { return next() % n; }

private:
    std::uint64_t _state;
};

} // namespace proximux
