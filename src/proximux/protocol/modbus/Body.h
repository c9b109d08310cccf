#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux::modbus
{

// What messages have in common, whatever their form on the wire: the body. All functions take a body, or its beginning
// where they say so.
//
//     0      1          2
//     | unit | function | data ...        at most 254 bytes

constexpr std::size_t MAX_BODY = 254;
constexpr unsigned EXCEPTION = 0x80; ///< set in the function of an error response

// Exception codes.
constexpr unsigned WRONG_FUNCTION = 0x01;
constexpr unsigned WRONG_VALUE = 0x03; ///< illegal data value, such as a length that does not fit
constexpr unsigned NO_PATH = 0x0A;     ///< gateway path unavailable
constexpr unsigned NO_ANSWER = 0x0B;   ///< gateway target device failed to respond

inline unsigned byteAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

inline unsigned unitOf(Bytes body)
{
    return byteAt(body, 0);
}

/// Without the mark of an exception.
inline unsigned functionOf(Bytes body)
{
    return byteAt(body, 1) & ~EXCEPTION;
}

inline bool isException(Bytes body)
{
    return (byteAt(body, 1) & EXCEPTION) != 0;
}

// ---- sizes

constexpr std::size_t MORE = 0; ///< more bytes are needed to know it
constexpr std::size_t UNKNOWN =
    static_cast<std::size_t>(-1); ///< the function does not tell it, or it is beyond MAX_BODY

/// The size of a request's body, from its beginning; or MORE, or UNKNOWN.
std::size_t sizeOfRequest(Bytes body);

/// The size of a response's body, from its beginning; or MORE, or UNKNOWN.
std::size_t sizeOfResponse(Bytes body);

/// Whether a request has the size implied by its function. Servers use that size or the one of the form: if they
/// differ, a server takes the rest for another request, or the next request for the rest. True for functions whose size
/// varies or is not known.
bool hasItsSize(Bytes body);

/// The size that the response to a request must have, if it is no exception; 0: the response tells it.
std::size_t sizeOfAnswer(Bytes request);

// ---- meaning

/// Whether the function changes nothing.
bool isRead(unsigned function);

/// Whether this is a write to all units, which none of them answers.
bool isBroadcast(Bytes body);

/// Whether a write has only valid values. A server that rejects one may discard the bytes after it (libmodbus does),
/// which would be another client's request.
bool hasRightValues(Bytes body);

/// Unit and function; never 0. anyUnit: a response may have any unit.
std::uint64_t checkOf(Bytes body, bool anyUnit);

/// The same, and whatever else a response repeats of its request: the address and quantity of a write, for example.
std::uint64_t detailedCheckOf(Bytes body, bool anyUnit);

// ---- readable forms, at most `limit` bytes

/// "unit 1: read holding registers 100, 10"
std::string describeRequest(Bytes body, std::size_t limit);

/// "unit 1: read holding registers: exception 2"
std::string describeAnswer(Bytes body, std::size_t limit);

} // namespace proximux::modbus
