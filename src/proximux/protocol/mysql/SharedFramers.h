#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/mysql/LaneStatements.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/Response.h>

#include <cstdint>
#include <string>

namespace proximux::mysql
{

/// What RequestTraits::hint says of a request that is sent: its command, the number of the first packet that answers
/// it, and what is expected of it.
namespace hint
{
constexpr std::uint32_t COMMAND = 0xFFU;
constexpr unsigned NUMBER_AT = 8;               ///< bit
constexpr std::uint32_t CHANGES = 1U << 16U;    ///< it changes settings in a known way: that is no news
constexpr std::uint32_t ANY_NUMBER = 1U << 17U; ///< of a request that is not whole yet
constexpr std::uint32_t FILE = 1U << 18U;       ///< it offers a file of its client
constexpr std::uint32_t RELEASES = 1U << 20U;   ///< the connection ends with it, if it succeeds
constexpr std::uint32_t TRACKED = 1U << 19U;    ///< its client is told what changes in its session
} // namespace hint

/// The number of the packet that answers this request.
inline unsigned numberFor(const RequestTraits& traits)
{
    return traits.hint >> hint::NUMBER_AT & 0xFFU;
}

/// What ResponseTraits::tells says.
namespace told
{
constexpr unsigned INSERTED = 1;     ///< the id of the row that was inserted last
constexpr unsigned PREPARED = 2;     ///< a statement
constexpr unsigned FAILED = 3;       ///< a statement has failed, and before it this id was inserted; 0: none was
constexpr unsigned CURSOR = 4;       ///< the statement has a cursor
constexpr unsigned KIND = 0xFF;      ///< of these
constexpr unsigned STATUS = 0x200;   ///< besides: Told::status is that of the session
constexpr unsigned AT_REST = 0x400;  ///< besides: the statement has neither a cursor nor parts of parameters any more
constexpr unsigned MESSAGES = 0x100; ///< besides: there are warnings, or an error
} // namespace told

/// Requests of clients that share connections: messages of one or more packets. One that is answered by the wish for a
/// file goes on with that, up to an empty message.
class SharedRequestFramer : public Framer
{
public:
    Progress feed(Bytes input) override;
    void resume() override { _isFile = true; }

private:
    PacketReader _packets;
    bool _isFile = false;
    bool _isEmpty = true;     ///< the present message is, so far
    unsigned _nextNumber = 0; ///< of a packet that goes on with a message
};

/// What a target answers. Its OK and EOF tell whether a transaction is open, and, where it tracks sessions, what a
/// statement has left behind; clients get them without that.
class SharedResponseFramer : public ResponseFramer
{
public:
    void expect(std::uint32_t hint) override;
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }
    [[nodiscard]] ConnectionMemory* memory() override { return &_statements; }
    Progress feed(Bytes input) override;

private:
    enum class Phase
    {
        rest, ///< nothing is expected
        answering,
        fileWanted ///< the client sends it
    };

    Progress unasked(Bytes input);
    Progress next(Bytes input, std::size_t at);
    Progress takeStatus(Bytes packet);
    [[nodiscard]] const char* checkNumber(unsigned number);
    Progress ended(Response::Outcome outcome, std::size_t at);
    void takeBody(Bytes input, std::size_t& at);
    void conclude();
    void concludeStatement(unsigned command, bool failed);

    Phase _phase = Phase::rest;
    Response _response{Reply::status, 0};
    std::uint32_t _hint = 0;
    std::size_t _left = 0; ///< bytes of the present packet still to come
    bool _goesOn = false;  ///< the present message goes on in the next packet
    bool _inMessage = false;
    Response::Outcome _outcome = Response::Outcome::more; ///< of the present message
    unsigned _number = 0;                                 ///< of the next packet
    bool _anyNumber = false;
    std::uint64_t _status = 0;
    bool _hasStatus = false;
    bool _hasMessages = false;
    bool _hasChanged = false;      ///< it has left something behind
    bool _hasOtherMeaning = false; ///< that may be what a text means
    std::uint64_t _inserted = 0;
    std::string _instead;
    LaneStatements _statements;
    ResponseTraits _traits;
};

} // namespace proximux::mysql
