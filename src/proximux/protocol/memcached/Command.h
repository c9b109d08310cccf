#pragma once

#include <proximux/Bytes.h>
#include <proximux/base/Random.h>
#include <proximux/protocol/Fence.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace proximux::memcached
{

/// A parsed command line of memcached's text protocol. Servers of different versions read malformed lines differently;
/// all statements here hold for all of them.
class Command
{
public:
    static constexpr std::uint64_t MAX_DATA = 1ULL << 30U;
    /// After this size a server expects keys, or closes the connection, unless it has read the whole line.
    static constexpr std::size_t MAX_LINE = 2048;
    static constexpr std::size_t MAX_KEY = 250;

    /// The line, or its beginning; it may include the line's end. It must outlive this object.
    explicit Command(Bytes line);

    [[nodiscard]] Bytes name() const { return _words[0]; }
    [[nodiscard]] Bytes word(std::size_t i) const { return i < _count ? _words[i] : Bytes(); }

    [[nodiscard]] bool isStorage() const; ///< data follows the line

    [[nodiscard]] bool isMeta() const; ///< a meta command, which may have a quiet flag

    /// Number of data bytes. Nothing: a server may find an error and take the data for commands.
    [[nodiscard]] std::optional<std::uint64_t> dataSize() const;

    /// The noreply at its end; empty if it has none, or if a server may read it as something else.
    [[nodiscard]] Bytes noreply() const;

    /// Whether only the response to a following command shows if it has a response.
    [[nodiscard]] bool mayBeSilent() const;

    /// Whether every server answers it, without its noreply(), exactly once in a known form; or, if it is quiet, at
    /// most once. Verified with memcached 1.4 to 1.6.
    [[nodiscard]] bool isCertain() const;

    /// Whether it is harmless to send it twice.
    [[nodiscard]] bool mayRepeat() const;

    /// Whether it is a get with an overlong key, for which servers discard unsent responses to earlier commands.
    [[nodiscard]] bool hasLongKey() const;

    /// Whether it lists all items. The list ends with a line; servers lose commands that arrive before its end.
    [[nodiscard]] bool isDump() const;

    /// Whether it looks like HTTP, so that a server closes the connection.
    [[nodiscard]] bool isHttp() const;

private:
    [[nodiscard]] bool hasFlag(char letter) const;
    [[nodiscard]] bool hasKnownFlags() const;
    [[nodiscard]] bool isKnownForm(std::size_t count) const;

    static constexpr std::size_t MOST = 24; ///< more words than a server distinguishes, except keys

    Bytes _line;
    Bytes _words[MOST];
    std::size_t _count = 0;
};

/// Parses a decimal number that is at most `most`.
std::optional<std::uint64_t> decimal(Bytes text, std::uint64_t most);

/// A marker for the text protocol that servers of all versions answer alike.
Fence textFence(Random& random);

/// Splits off the first words of a line. Returns their number.
std::size_t splitWords(Bytes line, Bytes* words, std::size_t most);

} // namespace proximux::memcached
