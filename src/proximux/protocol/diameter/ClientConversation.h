#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/diameter/Message.h>

#include <string>

namespace proximux::diameter
{

/// What the requests of a client mean to a connection that it shares. Those between peers are answered in the target's
/// name; the others are passed on.
class ClientConversation : public Conversation
{
public:
    /// us: who errors are from.
    ClientConversation(const ConversationSettings& settings, const Origin& us);

    void request(Bytes bytes, bool whole, RequestTraits& traits) override;
    void translate(Bytes bytes, const RequestTraits& traits, std::string& text) override;
    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;

private:
    void judge(Bytes bytes, RequestTraits& traits) const;

    Origin _us;
    Origin _target; ///< whose name its client knows
    bool _passive;
};

} // namespace proximux::diameter
