#pragma once

#include <cstdint>

namespace proximux
{

/// A slot and its generation: found without a hash, and safe to hold after what it named is gone.
/// The tag keeps a ClientId from being taken for a TargetId.
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

/// One client connection's life.
using ClientId = Id<struct ClientTag>;

/// One target connection's life.
using TargetId = Id<struct TargetTag>;

} // namespace proximux
