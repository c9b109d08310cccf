#pragma once

#include <proximux/Id.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace proximux
{

/// Owns objects and finds them by Id: an array index and a comparison. The id of a removed object finds nothing, even
/// after its slot was reused.
template <class T, class IdType>
class SlotMap
{
public:
    /// Takes ownership of the object and returns its id.
    IdType insert(std::unique_ptr<T> object)
    {
        if (_free.empty())
        {
            _slots.push_back({});
            _free.reserve(_slots.capacity()); // so that take() needs no memory
            _free.push_back(static_cast<std::uint32_t>(_slots.size() - 1));
        }
        const std::uint32_t index = _free.back();
        _free.pop_back();
        Slot& slot = _slots[index];
        slot.object = std::move(object);
        ++_size;
        return IdType{index, slot.generation};
    }

    /// The object, or null if the id names none any more.
    [[nodiscard]] T* find(IdType id) const
    {
        if (id.slot >= _slots.size() || _slots[id.slot].generation != id.generation)
            return nullptr;
        return _slots[id.slot].object.get();
    }

    /// Removes the object and passes its ownership to the caller; null if the id names none.
    std::unique_ptr<T> take(IdType id)
    {
        if (find(id) == nullptr)
            return nullptr;
        Slot& slot = _slots[id.slot];
        if (++slot.generation == 0)
            slot.generation = 1; // 0 names nothing
        --_size;
        _free.push_back(id.slot);
        return std::move(slot.object);
    }

    [[nodiscard]] std::size_t size() const { return _size; }
    [[nodiscard]] bool isEmpty() const { return _size == 0; }

    /// The ids of all objects, as a copy: the caller may remove objects while iterating.
    [[nodiscard]] std::vector<IdType> ids() const
    {
        std::vector<IdType> all;
        all.reserve(_size);
        for (std::uint32_t i = 0; i < _slots.size(); ++i)
            if (_slots[i].object)
                all.push_back(IdType{i, _slots[i].generation});
        return all;
    }

private:
    struct Slot
    {
        std::unique_ptr<T> object;
        std::uint32_t generation = 1;
    };

    std::vector<Slot> _slots;
    std::vector<std::uint32_t> _free;
    std::size_t _size = 0;
};

} // namespace proximux
