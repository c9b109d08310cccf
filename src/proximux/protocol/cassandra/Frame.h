#pragma once

#include <proximux/Bytes.h>
#include <proximux/Number.h>
#include <proximux/wire/Delimiter.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace proximux::cassandra
{

// Offsets and numbers of a frame (native_protocol_v4.spec, sections 2 and 4).

constexpr std::size_t HEADER = 9;
constexpr std::size_t FLAGS = 1;
constexpr std::size_t STREAM = 2;
constexpr std::size_t OPCODE = 4;
constexpr std::size_t LENGTH = 5;
constexpr IdField ID{STREAM + 1, 1, ByteOrder::big};
constexpr unsigned VERSION = 4;     ///< of connections to targets
constexpr unsigned RESPONSE = 0x80; ///< in the version

namespace opcode
{

constexpr unsigned FAILURE = 0x00;
constexpr unsigned STARTUP = 0x01;
constexpr unsigned READY = 0x02;
constexpr unsigned AUTHENTICATE = 0x03;
constexpr unsigned OPTIONS = 0x05;
constexpr unsigned SUPPORTED = 0x06;
constexpr unsigned QUERY = 0x07;
constexpr unsigned RESULT = 0x08;
constexpr unsigned PREPARE = 0x09;
constexpr unsigned EXECUTE = 0x0A;
constexpr unsigned REGISTER = 0x0B;
constexpr unsigned EVENT = 0x0C;
constexpr unsigned BATCH = 0x0D;
constexpr unsigned AUTH_CHALLENGE = 0x0E;
constexpr unsigned AUTH_RESPONSE = 0x0F;
constexpr unsigned AUTH_SUCCESS = 0x10;

} // namespace opcode

namespace flag
{

constexpr unsigned COMPRESSED = 0x01;
constexpr unsigned TRACING = 0x02;
constexpr unsigned PAYLOAD = 0x04;
constexpr unsigned WARNING = 0x08;

} // namespace flag

/// Looks for the header of a frame.
Beginning requestOf(Bytes input);
Beginning responseOf(Bytes input);

/// "QUERY"; empty: it is not known.
Bytes nameOf(unsigned code);

/// A frame of these, with the version of connections to targets.
std::string frame(unsigned code, Bytes stream, Bytes body, bool response);

/// The statement of a QUERY or PREPARE, whole or cut, of which at least the header is there. Nothing: none of it is
/// there, or it does not fit in its frame.
std::optional<Bytes> statementOf(Bytes request);

/// The first word of a statement, in upper case, behind white space and comments. Nothing: not all of it is there.
std::optional<std::string> firstWord(Bytes statement);

/// The kind of a RESULT.
struct ResultKind
{
    bool isThere = false;
    bool isUnclear = false; ///< it is compressed, or invalid
    std::uint64_t number = 0;
};

/// Reads it from the beginning of a RESULT.
ResultKind kindOf(Bytes response);

constexpr std::uint64_t SET_KEYSPACE = 3;

} // namespace proximux::cassandra
