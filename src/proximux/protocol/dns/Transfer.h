#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace proximux::dns
{

/// Finds the end of a zone transfer: AXFR (RFC 5936) or IXFR (RFC 1995). Receives the response messages, in pieces of
/// any size, and counts their SOA records.
///
///     whole zone      SOA ... SOA
///     differences     SOA new, SOA old, ..., SOA next, ..., SOA next, ..., SOA new, ..., SOA new
///     up to date      SOA, no newer than the requested serial
///     not known       SOA, 2^31 away from the requested serial: RFC 1982 does not define which is newer
///
/// A transfer of differences contains the newest SOA three times.
class Transfer
{
public:
    enum class Kind
    {
        whole,      ///< AXFR
        differences ///< IXFR
    };

    /// asked: the serial that the client sent in its IXFR; nothing: unknown.
    Transfer(Kind kind, std::optional<std::uint32_t> asked)
        : _kind(kind)
        , _asked(asked)
    {
    }

    /// Begins the next message.
    void begin();

    /// Processes the next bytes of the message, including the length prefix.
    void feed(Bytes bytes);

    /// After a complete message: whether it is the last one.
    [[nodiscard]] bool isLast() const;

    /// After a complete message: whether the transfer may have ended if the target closes the connection now.
    [[nodiscard]] bool mayHaveEnded() const;

private:
    enum class Part
    {
        header,
        label,  ///< a label of a question's or record's name
        record, ///< the fixed part after its name
        serial, ///< the serial of an SOA
        rest    ///< nothing relevant follows
    };

    void step();
    void nameEnded();
    void recordBegun(unsigned type, std::size_t size);
    void recordSeen(std::optional<std::uint32_t> serial);
    void expect(Part part, std::size_t size);
    void next();

    Kind _kind;
    std::optional<std::uint32_t> _asked;

    // state within the current message: bytes to skip, then bytes to gather, before the next step
    Part _part = Part::header;
    std::size_t _skip = 0;
    std::size_t _wanted = 0;
    std::size_t _size = 0;
    char _gathered[14] = {};
    unsigned _questions = 0; ///< to come
    unsigned _answers = 0;   ///< to come
    bool _ends = false;      ///< the message is an error or has no answers

    // state of the whole transfer
    std::uint64_t _records = 0;
    std::uint32_t _serial = 0; ///< of the first SOA
    unsigned _newest = 0;      ///< SOAs with that serial, including the first
    bool _differences = false;
    bool _strange = false; ///< it did not start with an SOA
};

} // namespace proximux::dns
