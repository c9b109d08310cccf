#include <proximux/wire/Buffer.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace proximux
{

namespace
{

constexpr std::size_t SMALLEST = 64;
constexpr std::size_t SIZES = 9; ///< each twice the one before
constexpr std::size_t LARGEST = SMALLEST << (SIZES - 1);

#if defined(PROXIMUX_SANITIZED)
constexpr std::size_t MOST_SPARE = 0; // so that the use of memory that was given back is seen
#else
constexpr std::size_t MOST_SPARE = 262144; ///< bytes of each size
#endif

thread_local bool isGone = false; ///< the thread ends, and its Spare has ended already

/// Memory that this thread keeps for its buffers, by size.
struct Spare
{
    struct Block
    {
        Block* next;
    };

    Spare() = default;
    Spare(const Spare&) = delete;
    Spare& operator=(const Spare&) = delete;

    ~Spare()
    {
        isGone = true;
        for (Block* first : blocks)
            while (first != nullptr)
                delete[] reinterpret_cast<char*>(std::exchange(first, first->next));
    }

    std::array<Block*, SIZES> blocks{};
    std::array<std::size_t, SIZES> bytes{};
};

thread_local Spare spare;

std::size_t placeOf(std::size_t capacity)
{
    std::size_t place = 0;
    while (SMALLEST << place < capacity)
        ++place;
    return place;
}

} // namespace

Buffer::Memory Buffer::take(std::size_t n)
{
    if (n > LARGEST)
        return Memory(new char[n], GiveBack{n});
    const std::size_t place = placeOf(n);
    const GiveBack size{SMALLEST << place};
    if (isGone || spare.blocks[place] == nullptr)
        return Memory(new char[size.capacity], size);
    Spare::Block* block = spare.blocks[place];
    spare.blocks[place] = block->next;
    spare.bytes[place] -= size.capacity;
    return Memory(reinterpret_cast<char*>(block), size);
}

void Buffer::GiveBack::operator()(char* memory) const
{
    const std::size_t place = placeOf(capacity);
    if (capacity > LARGEST || isGone || spare.bytes[place] + capacity > MOST_SPARE)
    {
        delete[] memory;
        return;
    }
    spare.bytes[place] += capacity;
    spare.blocks[place] = new (memory) Spare::Block{spare.blocks[place]};
}

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
        Memory larger = take(std::max(waitingSize + n, waitingSize * 2));
        if (waitingSize > 0)
            std::memcpy(larger.get(), _storage.get() + _begin, waitingSize);
        _storage = std::move(larger);
        _capacity = _storage.get_deleter().capacity;
    }
    _begin = 0;
    _end = waitingSize;
}

} // namespace proximux
