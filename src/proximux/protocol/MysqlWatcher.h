#pragma once

#include <proximux/protocol/MysqlPacketReader.h>
#include <proximux/protocol/MysqlRequest.h>
#include <proximux/protocol/MysqlSession.h>
#include <proximux/protocol/Watcher.h>

#include <cstdint>
#include <optional>
#include <string>

namespace proximux
{

/// Watches the client/server protocol of MySQL and MariaDB: finds the messages in both directions and tells a
/// MysqlSession of them.
///
/// The login is one request, `secret`; each command is another, which waits for its response in the order of the
/// commands (a client may send several before it reads). Keeps of a command what WatchLimits say, of those that wait
/// at most MysqlPendingList::MOST, and their readable forms within WatchLimits::kept over all; of prepared statements
/// likewise.
class MysqlWatcher : public Watcher
{
public:
    MysqlWatcher(WatchListener& listener, const WatchLimits& limits);

    void fromClient(Bytes bytes, Instant now) override;
    void fromTarget(Bytes bytes, Instant now) override;
    void ended(Instant now) override { _session.ended(now); }
    [[nodiscard]] bool isAtRest() const override;

private:
    /// What the client's current message is.
    enum class ClientRole
    {
        login,
        command,
        conversation, ///< goes on with a login
        file,
        ignored
    };

    /// What the target's current message is.
    enum class TargetRole
    {
        greeting,
        response,
        unasked,
        ignored
    };

    bool clientHeader(bool first);
    [[nodiscard]] std::optional<ClientRole> clientRole() const;
    bool clientContinues();
    void clientPayload(Bytes payload);
    void clientMessageEnded(Instant now);

    bool targetHeader(bool first);
    [[nodiscard]] TargetRole targetRole() const;
    void keepHead(Bytes payload);
    void targetMessageEnded(Instant now);

    MysqlSession _session;

    MysqlPacketReader _fromClient;
    ClientRole _clientRole = ClientRole::ignored;
    MysqlRequest _request;            ///< the login or command that comes in
    std::size_t _capture;             ///< bytes kept of a command
    std::uint64_t _clientPayload = 0; ///< bytes of the client's message, without headers

    MysqlPacketReader _fromTarget;
    TargetRole _targetRole = TargetRole::ignored;
    std::string _head; ///< the beginning of the target's message
    std::uint64_t _targetPayload = 0;
    Instant _targetBegan; ///< when the first byte of its message came
};

} // namespace proximux
