#pragma once

#include <proximux/protocol/mysql/PacketReader.h>
#include <proximux/protocol/mysql/Request.h>
#include <proximux/protocol/mysql/Session.h>
#include <proximux/protocol/watch/Watcher.h>

#include <cstdint>
#include <optional>
#include <string>

namespace proximux::mysql
{

/// Observes the client/server protocol of MySQL and MariaDB: splits both directions into messages and passes them to a
/// Session.
///
/// The login is one `secret` request; each command is another one. Responses come in the order of the commands, of
/// which a client may send several before it reads. Keeps one command within WatchLimits, at most
/// PendingList::MOST pending commands, and their readable forms within WatchLimits::kept in total; the same holds
/// for prepared statements.
class SessionWatcher : public Watcher
{
public:
    SessionWatcher(WatchListener& listener, const WatchLimits& limits);

    void fromClient(Bytes bytes, Instant now) override;
    void fromTarget(Bytes bytes, Instant now) override;
    void ended(Instant now) override { _session.ended(now); }
    [[nodiscard]] bool isAtRest() const override;

private:
    /// The kind of the client's current message.
    enum class ClientRole
    {
        login,
        command,
        conversation, ///< continues a login
        file,
        ignored
    };

    /// The kind of the target's current message.
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

    Session _session;

    PacketReader _fromClient;
    ClientRole _clientRole = ClientRole::ignored;
    Request _request;                 ///< the login or command being received
    std::size_t _capture;             ///< bytes kept of a command
    std::uint64_t _clientPayload = 0; ///< payload bytes of the client's current message

    PacketReader _fromTarget;
    TargetRole _targetRole = TargetRole::ignored;
    std::string _head; ///< the beginning of the target's current message
    std::uint64_t _targetPayload = 0;
    Instant _targetBegan; ///< time of that message's first byte
};

} // namespace proximux::mysql
