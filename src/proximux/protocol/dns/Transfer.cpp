#include <proximux/protocol/dns/Message.h>
#include <proximux/protocol/dns/Transfer.h>

#include <algorithm>

namespace proximux::dns
{

namespace
{

constexpr std::size_t NUMBERS = 20; ///< bytes of numbers at the end of an SOA's data; the first is the serial
constexpr std::size_t SERIAL = 4;

/// Half of the serial space. RFC 1982 does not define which of two serials at this distance is newer.
constexpr std::uint32_t HALF = 0x80000000U;

/// Compares serials (RFC 1982).
bool isOlder(std::uint32_t serial, std::uint32_t than)
{
    return than - serial < HALF && serial != than;
}

} // namespace

void Transfer::begin()
{
    _skip = _size = 0;
    _ends = false;
    expect(Part::header, HEADER);
}

void Transfer::feed(Bytes bytes)
{
    while (_part != Part::rest)
    {
        const std::size_t skipped = std::min(_skip, bytes.size());
        _skip -= skipped;
        bytes.remove_prefix(skipped);
        const std::size_t n = std::min(_wanted - _size, bytes.size());
        std::copy_n(bytes.begin(), n, _gathered + _size);
        _size += n;
        bytes.remove_prefix(n);
        if (_size < _wanted)
            return;
        _size = 0;
        step();
    }
}

bool Transfer::isLast() const
{
    const bool upToDate = _asked && _records == 1 && (_serial == *_asked || isOlder(_serial, *_asked));
    return _ends || _strange || upToDate || _newest >= (_differences ? 3 : 2);
}

bool Transfer::mayHaveEnded() const
{
    return _kind == Kind::differences && _records == 1 && (!_asked || _serial - *_asked == HALF);
}

void Transfer::step()
{
    const Bytes bytes(_gathered, _wanted);
    const auto number = [bytes](std::size_t at, std::size_t size)
    { return static_cast<std::uint32_t>(readNumber(bytes.substr(at, size))); };
    switch (_part)
    {
    case Part::header:
        _questions = number(6, 2);
        _answers = number(8, 2);
        _ends = (number(5, 1) & 15U) != 0 || _answers == 0;
        return next();
    case Part::label:
        if (number(0, 1) != 0 && number(0, 1) < POINTER)
            _skip = number(0, 1);
        else
        {
            _skip = number(0, 1) == 0 ? 0 : 1;
            nameEnded();
        }
        return;
    case Part::record:
        return recordBegun(number(0, 2), number(8, 2));
    case Part::serial:
        _skip = NUMBERS - SERIAL;
        return recordSeen(number(0, SERIAL));
    case Part::rest:
        return;
    }
}

void Transfer::nameEnded()
{
    if (_questions == 0)
        return expect(Part::record, RECORD);
    --_questions;
    _skip += 4; // type and class
    next();
}

void Transfer::recordBegun(unsigned type, std::size_t size)
{
    --_answers;
    if (type == SOA && size >= NUMBERS)
    {
        _skip = size - NUMBERS;
        return expect(Part::serial, SERIAL);
    }
    _skip = size;
    recordSeen(std::nullopt);
}

/// serial: set for an SOA.
void Transfer::recordSeen(std::optional<std::uint32_t> serial)
{
    if (++_records == 1)
    {
        _strange = !serial;
        _serial = serial.value_or(0);
    }
    if (_records == 2)
        _differences = _kind == Kind::differences && serial && *serial != _serial;
    if (serial && (!_differences || *serial == _serial))
        ++_newest;
    next();
}

void Transfer::expect(Part part, std::size_t size)
{
    _part = part;
    _wanted = size;
}

/// Expects a question or a record, or nothing relevant.
void Transfer::next()
{
    if (_questions == 0 && _answers == 0)
        expect(Part::rest, 0);
    else
        expect(Part::label, 1);
}

} // namespace proximux::dns
