#include <proximux/exchange/mux/Identifiers.h>

#include <algorithm>
#include <cassert>
#include <numeric>

namespace proximux
{

namespace
{

constexpr std::size_t WIDE = 4; ///< bytes from which on ids never come again in time

/// A power of two.
std::size_t placesFor(const Identifiers::Settings& settings)
{
    constexpr std::size_t MANY = 65536;
    if (settings.width < WIDE)
        return settings.width == 1 ? 256 : MANY;
    constexpr std::size_t MOST = std::size_t{1} << 20U;
    std::size_t places = 256;
    while (places < 2 * settings.most && places < MOST)
        places *= 2;
    return places;
}

std::uint64_t lowBits(std::size_t bytes)
{
    return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8U * bytes) - 1;
}

} // namespace

Identifiers::Identifiers(const Settings& settings)
    : _random(settings.seed)
    , _reuse(settings.reuse)
    , _placeMask(placesFor(settings) - 1)
    , _generationMask(lowBits(std::min(settings.width, WIDE)))
    , _mask(lowBits(settings.width))
    , _links(placesFor(settings) + FIRST)
    , _requests(placesFor(settings))
    , _due(settings.width < WIDE && settings.reuse > Duration{0} ? placesFor(settings) : 0)
    , _highBits(_mask > _placeMask ? placesFor(settings) : 0)
{
    for (std::uint32_t i = 0; i < _links.size(); ++i)
        _links[i] = {i, i};
    std::vector<std::uint32_t> order(size());
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = order.size() - 1; i > 0; --i)
        std::swap(order[i], order[static_cast<std::size_t>(_random.below(i + 1))]);
    for (const std::uint32_t place : order)
        append(FREE, place);
    for (std::uint64_t& bits : _highBits)
        bits = _random.next() & _mask & ~_placeMask;
}

std::uint64_t Identifiers::take(Request& request, Instant now)
{
    restore(now);
    assert(hasFree());
    const std::size_t place = _links[FREE].next - FIRST;
    unlink(place);
    _requests[place] = &request;
    if (!_highBits.empty())
        _highBits[place] = nextHighBits(_highBits[place]);
    return idOf(place);
}

/// The next generation of a place, and random bits before it.
std::uint64_t Identifiers::nextHighBits(std::uint64_t present)
{
    const std::uint64_t generation = (present + _placeMask + 1) & _generationMask & ~_placeMask;
    return generation | (_random.next() & _mask & ~_generationMask);
}

bool Identifiers::mayClaim(std::uint64_t id) const
{
    const std::size_t place = placeOf(id);
    return _requests[place] == nullptr && (!reserves() || _due[place] == Instant());
}

void Identifiers::claim(std::uint64_t id, Request& request)
{
    assert(mayClaim(id));
    const std::size_t place = placeOf(id);
    unlink(place);
    _requests[place] = &request;
    if (!_highBits.empty())
        _highBits[place] = id & ~_placeMask;
}

Request* Identifiers::find(std::uint64_t id) const
{
    const std::size_t place = placeOf(id);
    return idOf(place) == id ? _requests[place] : nullptr;
}

void Identifiers::answered(std::uint64_t id)
{
    const std::size_t place = placeOf(id);
    assert(_requests[place] != nullptr);
    _requests[place] = nullptr;
    append(FREE, place);
}

void Identifiers::lost(std::uint64_t id, Instant now)
{
    if (!reserves())
        return answered(id);
    const std::size_t place = placeOf(id);
    _requests[place] = nullptr;
    _due[place] = now + _reuse;
    append(RESERVED, place);
    ++_reserved;
}

Instant Identifiers::nextFree() const
{
    return _links[RESERVED].next == RESERVED ? Instant::never() : _due[_links[RESERVED].next - FIRST];
}

void Identifiers::restore(Instant now)
{
    while (nextFree() <= now)
    {
        const std::size_t place = _links[RESERVED].next - FIRST;
        unlink(place);
        _due[place] = {};
        append(FREE, place);
        --_reserved;
    }
}

void Identifiers::append(std::uint32_t ring, std::size_t place)
{
    const auto at = static_cast<std::uint32_t>(place + FIRST);
    unlink(place);
    _links[at] = {_links[ring].previous, ring};
    _links[_links[ring].previous].next = at;
    _links[ring].previous = at;
}

void Identifiers::prepend(std::uint32_t ring, std::size_t place)
{
    const auto at = static_cast<std::uint32_t>(place + FIRST);
    unlink(place);
    _links[at] = {ring, _links[ring].next};
    _links[_links[ring].next].previous = at;
    _links[ring].next = at;
}

void Identifiers::unlink(std::size_t place)
{
    const auto at = static_cast<std::uint32_t>(place + FIRST);
    _links[_links[at].previous].next = _links[at].next;
    _links[_links[at].next].previous = _links[at].previous;
    _links[at] = {at, at};
}

} // namespace proximux
