#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/mysql/PacketReader.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux::mysql
{

constexpr std::size_t HEADER = PacketReader::HEADER; ///< bytes

/// Bits of the status in OK and EOF.
namespace status
{
constexpr std::uint64_t IN_TRANSACTION = 1;
constexpr std::uint64_t AUTOCOMMIT = 2;
constexpr std::uint64_t MORE_RESULTS = 8;
constexpr std::uint64_t CURSOR_EXISTS = 0x40;
constexpr std::uint64_t LAST_ROW_SENT = 0x80;
constexpr std::uint64_t NO_BACKSLASH_ESCAPES = 0x200;
constexpr std::uint64_t READ_ONLY = 0x2000; ///< the transaction is
constexpr std::uint64_t STATE_CHANGED = 0x4000;
constexpr std::uint64_t ANSI_QUOTES = 0x8000; ///< MariaDB

/// Those that a session has of its own, whatever a statement says.
constexpr std::uint64_t OWN = IN_TRANSACTION | READ_ONLY | AUTOCOMMIT | NO_BACKSLASH_ESCAPES | ANSI_QUOTES;
} // namespace status

/// The first byte of a server's message.
constexpr char OK_PACKET = '\0';
constexpr char SWITCH_PACKET = '\xFE'; ///< of a login; else EOF
constexpr char ERROR_PACKET = '\xFF';
constexpr char MORE_OF_LOGIN = '\x01';

/// The length of a packet's payload, of which the header must be there.
std::size_t lengthOf(Bytes packet);

/// Its sequence number.
unsigned numberOf(Bytes packet);

/// The sequence number behind a message of one or more packets, which is whole.
unsigned numberBehind(Bytes message);

/// A packet of a payload of less than 16 MB.
std::string packetOf(std::uint64_t number, Bytes payload);

std::string okPacket(std::uint64_t number, std::uint64_t status);
std::string eofPacket(std::uint64_t number, std::uint64_t status);

/// state: five characters.
std::string errorPacket(std::uint64_t number, unsigned code, Bytes state, Bytes text);

/// A set of one row with one number, in a column of this name. extended: columns say more of their types.
std::string oneNumber(Bytes name, std::uint64_t value, unsigned number, std::uint64_t status, bool extended);

/// A set of no messages, as SHOW WARNINGS gives it. extended: as above.
std::string noMessages(unsigned number, std::uint64_t status, bool extended);

/// The same packet with another sequence number.
std::string renumbered(std::string packet, std::uint64_t number);

void appendLengthEncoded(std::string& text, Bytes value);

} // namespace proximux::mysql
