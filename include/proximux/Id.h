#pragma once

#include <cstdint>

namespace proximux
{

/// A slot and its generation. Finds an object without a hash, and can safely outlive it. The tag makes ClientId and
/// TargetId different types.
template <class Tag>
struct Id
{
    std::uint32_t slot = 0;
    std::uint32_t generation = 0; ///< 0 names nothing

    [[nodiscard]] constexpr bool isValid() const { return generation != 0; }
};

template <class Tag>
constexpr bool operator==(Id<Tag> a, Id<Tag> b)
{
    return a.slot == b.slot && a.generation == b.generation;
}

template <class Tag>
constexpr bool operator!=(Id<Tag> a, Id<Tag> b)
{
    return !(a == b);
}

/// One client connection, from accept to close.
using ClientId = Id<struct ClientTag>;

/// One target connection, from connect to close.
using TargetId = Id<struct TargetTag>;

} // namespace proximux
