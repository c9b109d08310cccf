#pragma once

#include <proximux/protocol/Fence.h>
#include <proximux/wire/Bytes.h>
#include <proximux/wire/Random.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace proximux
{

/// A command line of memcached's text protocol, in words. Servers of different versions read lines with mistakes in
/// them in different ways; what is said here holds for all of them.
class MemcachedCommand
{
public:
    static constexpr std::uint64_t MAX_DATA = 1ULL << 30U;
    static constexpr std::size_t MAX_KEY = 250;

    /// The line, or its beginning; its end does no harm. It must live longer.
    explicit MemcachedCommand(Bytes line);

    [[nodiscard]] Bytes name() const { return _words[0]; }
    [[nodiscard]] Bytes word(std::size_t i) const { return i < _count ? _words[i] : Bytes(); }

    [[nodiscard]] bool isStorage() const; ///< data stands behind it

    [[nodiscard]] bool isMeta() const; ///< and may have a quiet flag

    /// Bytes of that data. None: a server may find a mistake, and take the data for commands.
    [[nodiscard]] std::optional<std::uint64_t> dataSize() const;

    /// The noreply at its end; empty where it has none, or where it may be something else to a server.
    [[nodiscard]] Bytes noreply() const;

    /// Only the answer to a command behind it tells whether it has one.
    [[nodiscard]] bool mayBeSilent() const;

    /// Without its noreply() each server answers it exactly once, in a shape that is known; or, where it is quiet, at
    /// most once. Tried with memcached 1.4 to 1.6.
    [[nodiscard]] bool isCertain() const;

    /// It does no harm to send it twice.
    [[nodiscard]] bool mayRepeat() const;

    /// A get with a key that is too long. Servers throw away what they have not yet sent of the answers before it.
    [[nodiscard]] bool hasLongKey() const;

    /// A list of all items, which ends with a line. Servers lose the commands that come before its end.
    [[nodiscard]] bool isDump() const;

    /// A server closes the connection.
    [[nodiscard]] bool isHttp() const;

private:
    [[nodiscard]] bool hasFlag(char letter) const;
    [[nodiscard]] bool hasKnownFlags() const;
    [[nodiscard]] bool isKnownForm(std::size_t count) const;

    static constexpr std::size_t MOST = 24; ///< more than a server tells from each other, but for keys

    Bytes _line;
    Bytes _words[MOST];
    std::size_t _count = 0;
};

/// A decimal number that is not larger than `most`.
std::optional<std::uint64_t> memcachedNumber(Bytes text, std::uint64_t most);

/// A marker for the text protocol that servers of all versions answer alike.
Fence memcachedFence(Random& random);

/// The first words of a line. Returns how many.
std::size_t memcachedWords(Bytes line, Bytes* words, std::size_t most);

} // namespace proximux
