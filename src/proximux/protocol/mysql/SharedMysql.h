#pragma once

#include <proximux/protocol/ProtocolOf.h>
#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/PingProbe.h>
#include <proximux/protocol/mysql/SharedFramers.h>

#include <memory>
#include <string>

namespace proximux::mysql
{

/// MySQL and MariaDB whose connections are shared: each belongs to a login, and to one client for as long as its
/// transaction, or other state, lasts.
class SharedMysql : public ProtocolOf<SharedRequestFramer, SharedResponseFramer, ClientSession>
{
public:
    [[nodiscard]] bool isExclusive() const override { return true; }
    [[nodiscard]] bool isPersonal() const override { return true; }
    [[nodiscard]] bool isGreeted() const override { return true; }
    [[nodiscard]] bool speaksAtRest() const override { return true; }

    /// Without somebody who lets clients in, only the ends of requests are known.
    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return settings.authenticator != nullptr ? std::make_unique<ClientSession>(settings) : nullptr;
    }

    [[nodiscard]] std::shared_ptr<ConversationCommons> makeCommons() const override
    {
        return std::make_shared<SharedCommons>();
    }

    [[nodiscard]] std::unique_ptr<StateProbe> makeStateProbe() const override { return std::make_unique<PingProbe>(); }

    [[nodiscard]] std::unique_ptr<LoginDialog> stopping(Bytes greeting) const override;

    [[nodiscard]] Farewell farewell() const override
    {
        constexpr Bytes QUIT("\1\0\0\0\1", 5);
        return {QUIT, {}};
    }

    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override;
    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override;
    [[nodiscard]] bool isSecret(Bytes request) const override;
};

} // namespace proximux::mysql
