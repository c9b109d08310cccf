#include <proximux/wire/Buffer.h>

#include <algorithm>
#include <cassert>
#include <cstring>

namespace proximux
{

void Buffer::append(Bytes bytes)
{
    if (bytes.empty())
        return;
    if (_capacity - _end < bytes.size())
        makeRoom(bytes.size());
    std::memcpy(_storage.get() + _end, bytes.data(), bytes.size());
    _end += bytes.size();
}

void Buffer::consume(std::size_t n)
{
    assert(n <= size());
    _begin += n;
    if (_begin == _end)
    {
        _storage.reset();
        _begin = _end = _capacity = 0;
    }
}

void Buffer::makeRoom(std::size_t n)
{
    const std::size_t waitingSize = size();
    if (_capacity - waitingSize >= n && _begin >= waitingSize)
    {
        // copies no more than was consumed since the last copy, so the total cost is linear
        std::memcpy(_storage.get(), _storage.get() + _begin, waitingSize);
    }
    else
    {
        const std::size_t capacity = std::max(waitingSize + n, waitingSize * 2);
        std::unique_ptr<char[]> larger(new char[capacity]);
        if (waitingSize > 0)
            std::memcpy(larger.get(), _storage.get() + _begin, waitingSize);
        _storage = std::move(larger);
        _capacity = capacity;
    }
    _begin = 0;
    _end = waitingSize;
}

} // namespace proximux
