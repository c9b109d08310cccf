#pragma once

#include <proximux/admin/Request.h>
#include <proximux/net/Connection.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace proximux::admin
{

class AdminConnection;

/// Receives what connections have to say, in the server's thread.
class AdminConnectionOwner
{
public:
    virtual ~AdminConnectionOwner() = default;

    /// A request or a line is complete: AdminConnection::answer() is to be called, now or later.
    virtual void asked(AdminConnection& connection) = 0;

    /// The connection is of no more use.
    virtual void finished(AdminConnection& connection) = 0;
};

/// One connection of the admin port: one request, one answer.
///
///     reading --complete--> answering --answer()--> closing --FIN of the peer--> finished
///        |                                             |
///        +------------- the deadline passes -----------+---------------------> finished
///
/// What comes behind a request is read and thrown away: the reset that unread bytes cause could destroy the answer.
/// Owned by the server, used in its thread.
class AdminConnection : public Connection
{
public:
    static constexpr Duration DEADLINE = Duration::seconds(5); ///< for a request; again for its answer

    AdminConnection(Reactor& reactor, Scratch& scratch, AdminConnectionOwner& owner, Origin origin, std::uint64_t id);
    ~AdminConnection() override;

    /// Takes ownership of the transport, and reads.
    void begin(std::unique_ptr<Transport> transport);

    /// Sends the answer and FIN.
    void answer(const Reply& reply);

    [[nodiscard]] std::uint64_t id() const { return _id; }
    [[nodiscard]] const Origin& origin() const { return _origin; }
    [[nodiscard]] const RequestReader& reader() const { return _reader; }

    /// Whether it may be closed for another: nobody waits for an answer.
    [[nodiscard]] bool isIdle() const { return _state != State::answering; }

protected:
    void received(Bytes bytes) override;
    void ended() override;
    void sent(std::size_t waiting) override;
    void lost(int error, const char* syscall) override;
    void broken() override { _owner.finished(*this); }
    [[nodiscard]] bool isReadToTheEnd() const override { return false; }

private:
    enum class State : unsigned char
    {
        reading,
        answering,
        closing
    };

    void take(RequestReader::Kind kind);
    void arm();

    AdminConnectionOwner& _owner;
    Origin _origin;
    std::uint64_t _id;
    RequestReader _reader;
    Reactor::TimerId _deadline{};
    std::size_t _discarded = 0; ///< bytes behind the request
    State _state = State::reading;
    bool _peerEnded = false;
};

} // namespace proximux::admin
