#include <proximux/protocol/mysql/PacketReader.h>

#include <algorithm>

namespace proximux::mysql
{

PacketReader::Piece PacketReader::next(Bytes& input)
{
    return _headerSize < HEADER ? takeHeader(input) : takePayload(input);
}

PacketReader::Piece PacketReader::takeHeader(Bytes& input)
{
    const std::size_t n = std::min(input.size(), HEADER - _headerSize);
    std::copy_n(input.data(), n, _header.data() + _headerSize);
    input.remove_prefix(n);
    _headerSize += n;

    Piece piece;
    if (_headerSize < HEADER)
        return piece;
    piece.header = true;
    piece.first = !_inMessage;
    _inMessage = true;
    _remaining = length();
    if (_remaining == 0)
    {
        _headerSize = 0;
        _inMessage = false;
        piece.ended = true;
    }
    return piece;
}

PacketReader::Piece PacketReader::takePayload(Bytes& input)
{
    const std::size_t n = std::min<std::size_t>(input.size(), _remaining);
    Piece piece;
    piece.payload = input.substr(0, n);
    input.remove_prefix(n);
    _remaining -= static_cast<std::uint32_t>(n);
    if (_remaining == 0)
    {
        _headerSize = 0;
        _inMessage = length() == FULL;
        piece.ended = !_inMessage;
    }
    return piece;
}

std::uint32_t PacketReader::length() const
{
    const auto byte = [this](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(_header[i])}; };
    return byte(0) | byte(1) << 8U | byte(2) << 16U;
}

} // namespace proximux::mysql
