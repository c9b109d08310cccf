#pragma once

#include <proximux/wire/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace proximux
{

/// Finds out where a zone transfer ends: AXFR (RFC 5936) or IXFR (RFC 1995). It is fed with the messages that answer
/// the request, in pieces of any size, and counts their SOA records.
///
///     whole zone      SOA ... SOA
///     differences     SOA new, SOA old, ..., SOA next, ..., SOA next, ..., SOA new, ..., SOA new
///     up to date      SOA, no newer than the one that was asked for
///     not known       SOA, 2^31 away from the one that was asked for: RFC 1982 does not say which of them is newer
///
/// Of differences the newest one stands there three times.
class DnsTransfer
{
public:
    enum class Kind
    {
        whole,      ///< AXFR
        differences ///< IXFR
    };

    /// asked: the serial that an IXFR says its client has; nothing: it is not known.
    DnsTransfer(Kind kind, std::optional<std::uint32_t> asked)
        : _kind(kind)
        , _asked(asked)
    {
    }

    /// A message begins.
    void begin();

    /// The next bytes of the message, the length before it included.
    void feed(Bytes bytes);

    /// Of a message that is whole: whether no other follows it.
    [[nodiscard]] bool isLast() const;

    /// The target closed the connection behind a message that is whole. Whether that can be the end.
    [[nodiscard]] bool mayHaveEnded() const;

private:
    enum class Part
    {
        header,
        label,  ///< of a question's or a record's name
        record, ///< what follows its name
        serial, ///< of an SOA
        rest    ///< nothing in it matters
    };

    void step();
    void nameEnded();
    void recordBegun(unsigned type, std::size_t size);
    void recordSeen(std::optional<std::uint32_t> serial);
    void expect(Part part, std::size_t size);
    void next();

    Kind _kind;
    std::optional<std::uint32_t> _asked;

    // of the present message: what is to be skipped, and then to be gathered, before the next step
    Part _part = Part::header;
    std::size_t _skip = 0;
    std::size_t _wanted = 0;
    std::size_t _size = 0;
    char _gathered[14] = {};
    unsigned _questions = 0; ///< to come
    unsigned _answers = 0;   ///< to come
    bool _ends = false;      ///< it says an error, or nothing

    // of all
    std::uint64_t _records = 0;
    std::uint32_t _serial = 0; ///< of the first SOA
    unsigned _newest = 0;      ///< SOAs that repeat it, the first included
    bool _differences = false;
    bool _strange = false; ///< it did not begin with an SOA
};

} // namespace proximux
