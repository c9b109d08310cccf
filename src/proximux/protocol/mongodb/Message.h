#pragma once

#include <proximux/Number.h>
#include <proximux/protocol/mongodb/Bson.h>
#include <proximux/wire/Delimiter.h>

#include <optional>
#include <string>

namespace proximux::mongodb
{

// Offsets and numbers of the wire protocol's messages (MongoDB manual, "Wire Protocol"; specification "OP_MSG").

constexpr std::size_t HEADER = 16; ///< size, request id, id of the request that is answered, opcode
constexpr std::size_t OPCODE = 12;
constexpr std::size_t FLAGS = HEADER;               ///< OP_MSG
constexpr std::size_t SECTIONS = HEADER + 4;        ///< OP_MSG: each a byte of its kind, and what that says
constexpr std::size_t CHECKSUM = 4;                 ///< OP_MSG: behind the sections, if a flag says so
constexpr std::size_t REPLY_DOCUMENT = HEADER + 20; ///< OP_REPLY: behind its flags, cursor, offset and number
constexpr IdField REQUEST_ID{4, 4, ByteOrder::little};
constexpr IdField RESPONSE_TO{8, 4, ByteOrder::little};

// What is compared beside the id (RequestTraits::check): a response that is compressed, has a checksum or is one of
// several was not asked for.
constexpr unsigned ANSWER = 1;
constexpr unsigned NOT_ASKED_FOR = 2;

namespace opcode
{

constexpr unsigned REPLY = 1;
constexpr unsigned UPDATE = 2001;
constexpr unsigned INSERT = 2002;
constexpr unsigned QUERY = 2004;
constexpr unsigned GET_MORE = 2005;
constexpr unsigned DELETE = 2006;
constexpr unsigned KILL_CURSORS = 2007;
constexpr unsigned COMPRESSED = 2012;
constexpr unsigned MSG = 2013;

} // namespace opcode

namespace flag
{

constexpr unsigned CHECKSUM_PRESENT = 1U << 0U;
constexpr unsigned MORE_TO_COME = 1U << 1U;
constexpr unsigned EXHAUST_ALLOWED = 1U << 16U;
constexpr unsigned UNKNOWN = 0xFFFCU; ///< of those that a receiver must know

} // namespace flag

/// Looks for the beginning of a message: its header, and the flags and the first kind of an OP_MSG.
Beginning beginningOf(Bytes input, bool response);

/// The opcode of a message of which at least the header is there.
inline unsigned opcodeOf(Bytes message)
{
    return numberAt(message, OPCODE);
}

/// The flags of an OP_MSG; 0 for other messages.
unsigned flagsOf(Bytes message);

/// Where the first body or document of a message begins, an OP_MSG, OP_QUERY or OP_REPLY that may be cut. Nothing: it
/// is not there.
std::optional<std::size_t> bodyOffset(Bytes message);

/// The name of an OP_QUERY's collection; empty if it is not there.
Bytes collectionOf(Bytes query);

/// The message, which must be whole, with another document in the place of its body, without a checksum and without
/// the leave to send more than one response.
std::string withBody(Bytes message, std::size_t body, Bytes document);

/// A reply of ours: an OP_MSG, or an OP_REPLY to an OP_QUERY, that says that the command failed. request: its header.
std::string errorReply(Bytes request, unsigned code, Bytes name, Bytes text);

/// Checks the sections of an OP_MSG while it passes: of a kind that is known, within the message, and one of them a
/// body. So no server can find another command in it than its first body.
class Sections
{
public:
    /// A message of this beginning follows, which includes what beginningOf() wants to see.
    void begin(Bytes beginning);

    /// Looks at its next bytes. body: called with the pieces of its body. Returns what is wrong, or null.
    template <class Body>
    const char* feed(Bytes bytes, Body body)
    {
        while (!bytes.empty())
        {
            const Bytes piece = bytes.substr(0, step());
            bytes.remove_prefix(piece.size());
            _left -= piece.size();
            if (_isBody && (_state == State::size || _state == State::content))
                body(piece);
            if (const char* wrong = pass(piece))
                return wrong;
        }
        return nullptr;
    }

private:
    enum class State
    {
        before, ///< header and flags
        kind,   ///< the next byte says what follows
        size,   ///< of a section, whose first bytes these are, or those behind its kind
        content,
        behind, ///< the checksum, or a message without sections
    };

    [[nodiscard]] std::size_t step() const;
    const char* pass(Bytes piece);
    const char* begin(char kind);
    const char* sized();
    const char* between();

    State _state = State::behind;
    std::size_t _left = 0;   ///< bytes of the message
    std::size_t _behind = 0; ///< of them, behind the sections
    std::size_t _rest = 0;   ///< bytes of what it is in
    bool _isBody = false;
    bool _hadBody = false;
    std::string _size;
};

} // namespace proximux::mongodb
