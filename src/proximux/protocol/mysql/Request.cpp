#include <proximux/protocol/mysql/Request.h>

#include <algorithm>

namespace proximux::mysql
{

void Request::begin(Bytes header, std::uint8_t sequence, std::size_t limit)
{
    _kept.assign(header);
    _limit = std::min<std::size_t>(limit, PacketReader::FULL) + header.size();
    _size = header.size();
    _nextSequence = static_cast<std::uint8_t>(sequence + 1);
}

bool Request::continues(std::uint8_t sequence)
{
    _size += PacketReader::HEADER;
    return sequence == _nextSequence++;
}

void Request::append(Bytes payload)
{
    _size += payload.size();
    if (_kept.size() < _limit)
        _kept.append(payload.substr(0, _limit - _kept.size()));
}

void Request::release()
{
    constexpr std::size_t AT_REST = 128;
    _kept.clear();
    if (_kept.capacity() > AT_REST)
        _kept.shrink_to_fit();
}

} // namespace proximux::mysql
