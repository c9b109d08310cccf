#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/postgresql/LaneStatements.h>
#include <proximux/protocol/postgresql/MessageTypes.h>
#include <proximux/protocol/postgresql/Messages.h>

#include <cstdint>

namespace proximux::postgresql
{

/// Takes messages, one after the other.
class MessageReader
{
protected:
    /// Takes bytes of the current message. True: it is complete.
    bool takeBody(Bytes input, std::size_t& at);

    /// Takes type and length. Returns why they are invalid, or null; `more`: incomplete.
    const char* takeHeader(Bytes input, std::size_t& at, const MessageTypes& known, bool& more);

    /// Takes the header of a startup packet. Returns why it is invalid, or null; `more`: incomplete; `another`: a
    /// startup packet follows this one.
    const char* takeStartup(Bytes input, std::size_t& at, bool& more, bool& another);

    char _type = 0;
    std::uint64_t _left = 0; ///< bytes of the current message still to come
    bool _inBody = false;
};

/// Requests of clients that share connections: a startup packet, a query, or a batch, all messages up to a Sync.
/// Between two messages what came of a batch may be passed on; a Flush asks for that. A query that asks for rows (COPY)
/// goes on with these.
class SharedRequestFramer : public Framer, private MessageReader
{
public:
    Progress feed(Bytes input) override;
    void resume() override;
    bool leave() override;
    [[nodiscard]] bool mayPass() const override { return _phase == Phase::requests && _inBatch && !_inBody; }
    bool cut() override;

private:
    enum class Phase
    {
        starting,
        requests,
        copying, ///< rows come
        copied   ///< their end came; a Sync is to come
    };

    const char* takeStartup(Bytes input, std::size_t& at, bool& more);
    [[nodiscard]] const MessageTypes& known() const;
    [[nodiscard]] bool isCopying() const { return _phase == Phase::copying || _phase == Phase::copied; }
    [[nodiscard]] bool isTooShort(Bytes input, std::size_t at) const;
    Progress::Kind messageWhole();

    Phase _phase = Phase::starting;
    bool _synced = false;  ///< the request that was completed last ended with a Sync
    bool _inBatch = false; ///< messages came, and their Sync did not
    bool _isCut = false;   ///< the present message is taken in pieces
};

/// What a target sends up to ReadyForQuery, whose status says whether a transaction is open.
class SharedResponseFramer : public ResponseFramer, private MessageReader
{
public:
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }
    void expect(std::uint32_t hint) override { _isWhole = hint == hint::WHOLE; }
    Progress feed(Bytes input) override;
    [[nodiscard]] ConnectionMemory* memory() override { return &_statements; }
    [[nodiscard]] bool owes() const override { return _statements.owes(); }

private:
    /// What follows from a message that was looked at.
    enum class Next
    {
        passes,
        taken,
        needsMore,
        ends,  ///< the piece of the response that is taken
        whole, ///< what came unasked
        malformed
    };

    /// All messages of the response.
    Progress takeResponse(Bytes input);

    /// A message that is looked at whole.
    bool takeWhole(Bytes input, std::size_t& at, Progress& progress);
    Next look(Bytes input, std::size_t& at);
    Next takeAnswer(Bytes input, std::size_t& at);
    Next takeRefusal(std::size_t size, Bytes error, std::size_t& at);
    Next takeNotification(Bytes input, std::size_t& at);
    void see(char type, Bytes body);
    void ready(char status);

    LaneStatements _statements;
    bool _begun = false;
    bool _failed = false; ///< an error is among its messages
    ResponseTraits _traits;
    bool _isWhole = false; ///< hint::WHOLE
};

} // namespace proximux::postgresql
