#pragma once

#include <proximux/protocol/Protocol.h>

#include <memory>

namespace proximux
{

/// A protocol whose framers need no settings, and whose conversations need those of conversations alone.
template <class RequestFramer, class ResponseFramer, class ClientConversation>
class ProtocolOf : public Protocol
{
public:
    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<RequestFramer>();
    }

    [[nodiscard]] std::unique_ptr<proximux::ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<ResponseFramer>();
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<ClientConversation>(settings);
    }
};

} // namespace proximux
