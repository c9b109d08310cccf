#pragma once

#include <proximux/protocol/Protocol.h>

#include <cstdint>

namespace proximux
{

/// What a response's framer is to know of its request.
namespace memcachedhint
{

constexpr std::uint32_t BINARY = 1U << 0U;
constexpr std::uint32_t RUN = 1U << 1U;     ///< any number of answers, until that of the version or NOOP that we added
constexpr std::uint32_t STATS = 1U << 2U;   ///< binary: several packets, until an empty one
constexpr std::uint32_t WATCHED = 1U << 3U; ///< binary: until that with this opcode; those before it are of quiet ones
constexpr std::uint32_t DUMP = 1U << 5U;    ///< an OK comes before the lines, from newer servers
constexpr std::uint32_t OPCODE = 8U;        ///< where that opcode stands

} // namespace memcachedhint

/// The opaque of the NOOP that we add to a quiet binary request.
constexpr std::uint32_t MEMCACHED_OUR_OPAQUE = 0x70786d78;

/// A line, and what the line says stands behind it.
class MemcachedText
{
protected:
    /// The line at `at` without its end, which moves behind it. False: it is not whole.
    static bool takeLine(Bytes input, std::size_t& at, Bytes& line);

    /// Of a block of data with the CRLF behind it. False: that is something else.
    bool takeData(Bytes input, std::size_t& at);

    std::uint64_t _data = 0;  ///< bytes to come, with CRLF
    std::uint64_t _block = 0; ///< bytes to come of a binary body
};

/// What a server might delimit in another way than this is refused: the rest of it would be a command whose answer is
/// nobody's.
class MemcachedRequestFramer : public Framer, private MemcachedText
{
public:
    Progress feed(Bytes input) override;

private:
    Progress feedBinary(Bytes input);
    Progress feedKeys(Bytes input);
    Progress feedLine(Bytes input);

    bool _keys = false;    ///< in a line of keys, of any length
    std::size_t _word = 0; ///< bytes of the present one
};

class MemcachedResponseFramer : public ResponseFramer, private MemcachedText
{
public:
    void expect(std::uint32_t hint) override { _hint = hint; }
    Progress feed(Bytes input) override;
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    Progress feedText(Bytes input);
    Progress feedBinary(Bytes input);
    void runLine(Bytes line);

    std::uint32_t _hint = 0;
    bool _binary = false; ///< the present message is
    bool _more = false;   ///< other lines follow
    ResponseTraits _traits;
};

} // namespace proximux
