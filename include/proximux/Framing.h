#pragma once

#include <proximux/Number.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// How responses are matched to requests.
enum class Pairing
{
    automatic, ///< the protocol's default
    exclusive, ///< one exchange at a time on a target connection
    order,     ///< several exchanges, answered in order
    identifier ///< several exchanges, answered in any order; messages carry an id
};

/// How to handle an unknown command (resp), which may change the state of its connection.
enum class UnknownCommands
{
    close, ///< close the target connection after it
    tie,   ///< pin its client to that connection
    pass   ///< assume that it changes nothing
};

/// Position and meaning of a message's length field. The size of a message is offset + width + (the field's value) +
/// adjust, as in Netty's LengthFieldBasedFrameDecoder.
struct LengthField
{
    using Order = ByteOrder;
    enum class Encoding
    {
        binary,
        bcd,        ///< two decimal digits a byte
        decimal,    ///< ASCII digits
        hexadecimal ///< ASCII digits
    };

    std::size_t offset = 0; ///< bytes before the field
    std::size_t width = 4;  ///< bytes of the field, 1 to 8
    Order order = Order::big;
    Encoding encoding = Encoding::binary;
    std::int64_t adjust = 0; ///< added to the value; the sum is the number of bytes after the field
    std::uint64_t min = 0;   ///< smallest valid value

    /// Leading bytes that must be visible before any is taken; a shorter message must be visible whole.
    std::size_t header = 0;
    std::size_t minMessage = 0; ///< size of the shortest valid message in bytes
};

/// Which lines have a response.
struct LineReplies
{
    enum class Which
    {
        always,
        query, ///< those with a question mark in the first word, or in the first word behind a semicolon
        none   ///< all but those that match a pattern
    };

    Which which = Which::always;
    std::vector<std::string> patterns; ///< none: with * for any characters and ? for one
};

inline bool operator==(const LineReplies& a, const LineReplies& b)
{
    return a.which == b.which && a.patterns == b.patterns;
}

/// The form of the messages of Modbus targets; that of their clients is Modbus/TCP.
enum class ModbusTarget
{
    tcp,
    rtu,  ///< RTU over TCP; all messages are translated
    ascii ///< ASCII over TCP, likewise
};

/// Which unit a Modbus target may answer as.
enum class ModbusUnit
{
    strict, ///< the one that was asked
    any     ///< any: the client gets the one that it asked
};

/// How requests name their client to an HTTP target.
enum class HttpForwarded
{
    off,
    xForwardedFor, ///< X-Forwarded-For
    forwarded      ///< Forwarded (RFC 7239)
};

/// An application that a Diameter peer announces.
struct PeerApplication
{
    std::uint32_t vendor = 0; ///< 0: it is not specific to a vendor
    std::uint32_t id = 0;
};

inline bool operator==(const PeerApplication& a, const PeerApplication& b)
{
    return a.vendor == b.vendor && a.id == b.id;
}

/// The settings that describe messages. Each protocol uses the ones that it needs.
struct Framing
{
    std::size_t maxMessage = std::size_t{16} * 1024 * 1024; ///< bytes
    std::string delimiter = "\n";                           ///< line
    LineReplies lineReplies;                                ///< line
    std::size_t messageSize = 0;                            ///< fixed: bytes; 0: not set
    LengthField length;                                     ///< length
    std::optional<IdField> requestId;                       ///< fixed, length: position of the id
    std::optional<IdField> responseId;                      ///< set exactly if requestId is
    ModbusTarget modbusTarget = ModbusTarget::tcp;
    ModbusUnit modbusUnit = ModbusUnit::strict;
    std::map<unsigned char, unsigned char> modbusUnits; ///< the target's unit for each of these of clients
    HttpForwarded httpForwarded = HttpForwarded::off;
    std::string diameterIdentity; ///< Origin-Host with which Proximux introduces itself; empty: not set
    std::string diameterRealm;
    std::vector<PeerApplication> diameterApplications{{0, 0xffffffff}}; ///< by default all: it is a relay
};

} // namespace proximux
