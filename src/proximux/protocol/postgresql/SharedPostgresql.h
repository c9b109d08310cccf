#pragma once

#include <proximux/protocol/ProtocolOf.h>
#include <proximux/protocol/postgresql/ClientSession.h>
#include <proximux/protocol/postgresql/Description.h>
#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/SessionProbe.h>
#include <proximux/protocol/postgresql/SharedFramers.h>

namespace proximux::postgresql
{

/// PostgreSQL whose connections are shared: each belongs to a login, and to one client for as long as its transaction,
/// or other state, lasts.
class SharedPostgresql : public ProtocolOf<SharedRequestFramer, SharedResponseFramer, ClientSession>
{
public:
    [[nodiscard]] bool isExclusive() const override { return true; }
    [[nodiscard]] bool isPersonal() const override { return true; }
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

    [[nodiscard]] std::string cancellation(Bytes greeting) const override { return cancelRequestFor(greeting); }

    [[nodiscard]] std::unique_ptr<StateProbe> makeStateProbe() const override
    {
        return std::make_unique<SessionProbe>();
    }

    [[nodiscard]] Farewell farewell() const override
    {
        constexpr Bytes TERMINATE("X\0\0\0\4", HEADER);
        return {TERMINATE, {}};
    }

    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return postgresql::describe(request, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return postgresql::describeResponse(response, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override { return postgresql::isSecret(request); }
};

} // namespace proximux::postgresql
