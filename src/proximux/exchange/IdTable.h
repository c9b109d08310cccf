#pragma once

#include <proximux/exchange/Mutants.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace proximux
{

struct Request;

/// The ids in use on one connection. A place keeps its request from take() to release(); a freed place is used again
/// after all others, and with another id as long as the width allows: an id comes again as late as can be.
class IdTable
{
public:
    /// capacity: ids in use at once, at most; width: bytes of an id.
    IdTable(std::size_t capacity, std::size_t width)
        : _places(width < 4 ? std::min(capacity, std::size_t{1} << (8 * width)) : capacity)
        , _generations(width < 4 ? (std::size_t{1} << (8 * width)) / _places.size() : MANY / _places.size())
        , _free(_places.size())
    {
        for (std::size_t i = 0; i < _free.size(); ++i)
            _free[i] = i;
        _freeCount = _free.size();
    }

    /// An id for the request; there must be one left.
    std::uint64_t take(Request& request)
    {
        assert(_freeCount > 0);
        const std::size_t at = _free[_firstFree];
        _firstFree = (_firstFree + 1) % _free.size();
        --_freeCount;
        Place& place = _places[at];
        place.request = &request;
        if (!planted(Mutant::reuseId))
            place.generation = (place.generation + 1) % _generations;
        return at + std::uint64_t{place.generation} * _places.size();
    }

    /// The request with this id, or null.
    [[nodiscard]] Request* find(std::uint64_t id) const
    {
        const Place& place = _places[static_cast<std::size_t>(id % _places.size())];
        return id / _places.size() == place.generation || planted(Mutant::forgetGeneration) ? place.request : nullptr;
    }

    void release(std::uint64_t id)
    {
        const auto at = static_cast<std::size_t>(id % _places.size());
        assert(_places[at].request != nullptr || planted(Mutant::ignoreReset));
        _places[at].request = nullptr;
        _free[(_firstFree + _freeCount) % _free.size()] = at;
        ++_freeCount;
    }

    [[nodiscard]] std::size_t capacity() const { return _places.size(); }

private:
    static constexpr std::size_t MANY = std::size_t{1} << 31U;

    struct Place
    {
        Request* request = nullptr;
        std::size_t generation = 0;
    };

    std::vector<Place> _places;
    std::size_t _generations;
    std::vector<std::size_t> _free; ///< a ring, the one that was freed first in front
    std::size_t _firstFree = 0;
    std::size_t _freeCount = 0;
};

} // namespace proximux
