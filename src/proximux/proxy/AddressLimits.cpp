#include <proximux/proxy/AddressLimits.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace proximux
{

namespace
{

constexpr unsigned BITS = 128;
constexpr unsigned BITS_OF_V4 = 32;

/// Of the oldest ones, looked at for one to be forgotten.
constexpr int LOOKS = 16;

/// The finalizer of splitmix64.
std::uint64_t mixed(std::uint64_t bits)
{
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31U);
}

/// The first `bits` bits; the others are 0.
AddressLimits::Address cut(AddressLimits::Address address, unsigned bits)
{
    const std::size_t whole = bits / 8;
    if (whole == address.size())
        return address;
    address[whole] = static_cast<std::uint8_t>(address[whole] & (0xFF00U >> (bits % 8)));
    std::fill(address.begin() + static_cast<std::ptrdiff_t>(whole) + 1, address.end(), std::uint8_t{0});
    return address;
}

} // namespace

void AddressLimits::use(const LimitsSettings& settings, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    const bool sameRate = settings.requestRate == _settings.requestRate;
    _settings = settings;
    _interval = settings.connectionRate.interval().us;
    _debt = _interval * settings.connectionBurst.value_or(settings.connectionRate.events);
    // no address owes more than it may under these settings
    for (Entry& entry : _entries)
        entry.free = std::min(entry.free, now + Duration::microseconds(_debt));
    if (settings.areForAddresses() && _capacity != settings.table)
        resize(settings.table, now);
    if (!sameRate)
        limitRequests(settings.requestRate, now);
    _on = settings.areForAddresses();
}

/// All begin anew.
void AddressLimits::limitRequests(const Rate& rate, Instant now)
{
    _requestInterval = rate.interval().us;
    _requestDebt = _requestInterval * rate.events;
    if (!rate.isOff())
        _requests.reserve(_capacity);
    _requests.assign(rate.isOff() ? 0 : _entries.size(), now);
}

AddressLimits::Admission AddressLimits::admit(const Address& address, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (!_settings.areForAddresses() || isExempt(address))
        return {};
    const Address prefix = prefixOf(address);
    Place place = find(prefix);
    if (place == NOWHERE)
        place = make(prefix, now);
    if (place == NOWHERE)
        return {Verdict::full, NOWHERE, prefix};
    Entry& entry = _entries[place];
    const Verdict verdict = judge(entry, now);
    if (verdict != Verdict::admitted)
        return {verdict, NOWHERE, prefix};
    if (_interval > 0)
        entry.free = std::max(entry.free, now) + Duration::microseconds(_interval);
    if (entry.connections++ == 0)
        wake(place);
    return {verdict, place, prefix};
}

void AddressLimits::left(Place place)
{
    if (place == NOWHERE)
        return;
    const std::lock_guard<std::mutex> lock(_mutex);
    assert(_entries[place].connections > 0);
    if (--_entries[place].connections == 0)
        rest(place);
}

bool AddressLimits::mayAsk(Place place, Instant now) const
{
    return place >= _requests.size() || _requests[place].us + _requestInterval <= now.us + _requestDebt;
}

void AddressLimits::asked(Place place, Instant now)
{
    if (place < _requests.size())
        _requests[place] = std::max(_requests[place], now) + Duration::microseconds(_requestInterval);
}

std::size_t AddressLimits::size() const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _size;
}

bool AddressLimits::isExempt(const Address& address) const
{
    return std::any_of(_settings.exempt.begin(), _settings.exempt.end(),
                       [&address](const AddressRange& range) { return range.contains(address); });
}

AddressLimits::Address AddressLimits::prefixOf(const Address& address) const
{
    return cut(address, AddressRange::isMapped(address) ? BITS - BITS_OF_V4 + _settings.prefix4 : _settings.prefix6);
}

AddressLimits::Verdict AddressLimits::judge(const Entry& entry, Instant now) const
{
    if (_settings.connections > 0 && entry.connections >= _settings.connections)
        return Verdict::connections;
    if (_interval > 0 && entry.free.us + _interval > now.us + _debt)
        return Verdict::rate;
    return Verdict::admitted;
}

/// Whether its rates have no debt left.
bool AddressLimits::isFree(Place place, Instant now) const
{
    return _entries[place].free <= now && (_requests.empty() || _requests[place] <= now);
}

// ------------------------------------------------------------------------------------------------ the table

std::size_t AddressLimits::bucketOf(const Address& prefix) const
{
    std::uint64_t halves[2];
    std::memcpy(halves, prefix.data(), prefix.size());
    return mixed(mixed(halves[0] ^ _seed) ^ halves[1]) & (_buckets.size() - 1);
}

AddressLimits::Place AddressLimits::find(const Address& prefix) const
{
    Place place = _buckets[bucketOf(prefix)];
    while (place != NOWHERE && _entries[place].prefix != prefix)
        place = _entries[place].next;
    return place;
}

/// At rest. Nowhere, if the table is full.
AddressLimits::Place AddressLimits::make(const Address& prefix, Instant now)
{
    if (_size >= _capacity && !forgetOne(now))
        return NOWHERE;
    Place place = _unused;
    if (place == NOWHERE)
    {
        place = static_cast<Place>(_entries.size());
        _entries.emplace_back();
    }
    else
        _unused = _entries[place].next;
    Place& bucket = _buckets[bucketOf(prefix)];
    _entries[place] = {prefix, now, 0, bucket, NOWHERE, NOWHERE};
    if (!_settings.requestRate.isOff())
    {
        _requests.resize(_entries.size(), now);
        _requests[place] = now;
    }
    bucket = place;
    ++_size;
    rest(place);
    return place;
}

/// Those whose rate has a debt go to the end of the list: they are asked again after all others.
bool AddressLimits::forgetOne(Instant now)
{
    for (int looked = 0; looked < LOOKS && _oldest != NOWHERE; ++looked)
    {
        const Place place = _oldest;
        wake(place);
        if (isFree(place, now))
        {
            forget(place);
            return true;
        }
        rest(place);
    }
    return false;
}

/// It stands in no list.
void AddressLimits::forget(Place place)
{
    Place* link = &_buckets[bucketOf(_entries[place].prefix)];
    while (*link != place)
        link = &_entries[*link].next;
    *link = _entries[place].next;
    _entries[place].next = std::exchange(_unused, place);
    --_size;
}

/// Places stay: clients know theirs. So the memory of a table is not given back, and one that gets smaller has too many
/// entries until they are at rest.
void AddressLimits::resize(std::size_t capacity, Instant now)
{
    while (_size > capacity && forgetOne(now))
        continue;
    _capacity = capacity;
    _entries.reserve(capacity);
    std::size_t buckets = 1;
    while (buckets * 2 <= capacity)
        buckets *= 2;
    const std::vector<Place> before = std::exchange(_buckets, std::vector<Place>(buckets, NOWHERE));
    for (Place place : before)
        while (place != NOWHERE)
        {
            Entry& entry = _entries[place];
            const Place next = entry.next;
            entry.next = std::exchange(_buckets[bucketOf(entry.prefix)], place);
            place = next;
        }
}

/// Appends it to the list of those at rest.
void AddressLimits::rest(Place place)
{
    Entry& entry = _entries[place];
    entry.older = std::exchange(_newest, place);
    (entry.older != NOWHERE ? _entries[entry.older].newer : _oldest) = place;
}

/// Removes it from that list.
void AddressLimits::wake(Place place)
{
    Entry& entry = _entries[place];
    (entry.older != NOWHERE ? _entries[entry.older].newer : _oldest) = entry.newer;
    (entry.newer != NOWHERE ? _entries[entry.newer].older : _newest) = entry.older;
    entry.older = entry.newer = NOWHERE;
}

} // namespace proximux
