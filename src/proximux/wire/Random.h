#pragma once

#include <cstdint>

namespace proximux
{

/// A sequence of 64-bit numbers from a seed (SplitMix64). The same seed gives the same sequence, so that a test can be
/// repeated. With a random seed a peer that does not see the numbers cannot guess them; it is no cipher. Any thread,
/// one at a time.
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

    /// A number from 0 to n - 1; n is not 0.
    std::uint64_t below(std::uint64_t n) { return next() % n; }

private:
    std::uint64_t _state;
};

} // namespace proximux
