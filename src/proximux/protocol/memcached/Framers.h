#pragma once

#include <proximux/protocol/Protocol.h>

#include <cstdint>

namespace proximux::memcached
{

/// What a response framer needs to know about the request.
namespace hint
{

constexpr std::uint32_t BINARY = 1U << 0U;
constexpr std::uint32_t RUN = 1U << 1U;   ///< any number of responses, up to that of the added version command or NOOP
constexpr std::uint32_t STATS = 1U << 2U; ///< binary: several packets, up to an empty one
constexpr std::uint32_t WATCHED = 1U << 3U; ///< binary: up to this opcode; earlier ones are of quiet requests
constexpr std::uint32_t DUMP = 1U << 5U;    ///< newer servers send an OK before the lines
constexpr std::uint32_t OPCODE = 8U;        ///< position of that opcode in the hint

} // namespace hint

/// The opaque of the NOOP that is added to a quiet binary request.
constexpr std::uint32_t OUR_OPAQUE = 0x70786d78;

/// Parses a line and the data that it announces.
class Reader
{
protected:
    /// The line at `at` without its end; moves `at` after it. False: incomplete.
    static bool takeLine(Bytes input, std::size_t& at, Bytes& line);

    /// Takes bytes of a data block and its CRLF. False: the CRLF is missing.
    bool takeData(Bytes input, std::size_t& at);

    std::uint64_t _data = 0;  ///< bytes still to come, including CRLF
    std::uint64_t _block = 0; ///< bytes of a binary body still to come
};

/// Rejects everything that a server might delimit differently: the rest would be a command whose response has no
/// recipient.
class RequestFramer : public Framer, private Reader
{
public:
    Progress feed(Bytes input) override;

private:
    Progress feedBinary(Bytes input);
    Progress feedKeys(Bytes input);
    Progress feedLine(Bytes input);

    bool _keys = false;    ///< inside a line of keys, of any length
    std::size_t _word = 0; ///< bytes of the current key
};

class ResponseFramer : public proximux::ResponseFramer, private Reader
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
    bool _binary = false; ///< the current message is binary
    bool _more = false;   ///< further lines follow
    ResponseTraits _traits;
};

} // namespace proximux::memcached
