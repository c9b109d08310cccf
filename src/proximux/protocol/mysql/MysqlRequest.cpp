#include <proximux/protocol/mysql/MysqlRequest.h>

#include <algorithm>

namespace proximux
{

void MysqlRequest::begin(Bytes header, std::uint8_t sequence, std::size_t limit)
{
    _kept.assign(header);
    _limit = std::min<std::size_t>(limit, MysqlPacketReader::FULL) + header.size();
    _size = header.size();
    _nextSequence = static_cast<std::uint8_t>(sequence + 1);
}

bool MysqlRequest::continues(std::uint8_t sequence)
{
    _size += MysqlPacketReader::HEADER;
    return sequence == _nextSequence++;
}

void MysqlRequest::append(Bytes payload)
{
    _size += payload.size();
    if (_kept.size() < _limit)
        _kept.append(payload.substr(0, _limit - _kept.size()));
}

void MysqlRequest::release()
{
    constexpr std::size_t AT_REST = 128;
    _kept.clear();
    if (_kept.capacity() > AT_REST)
        _kept.shrink_to_fit();
}

} // namespace proximux
