#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/mongodb/Request.h>

#include <set>
#include <string>

namespace proximux::mongodb
{

/// What the requests of a client mean to a connection that it shares.
class ClientConversation : public Conversation
{
public:
    explicit ClientConversation(const ConversationSettings& settings);

    void request(Bytes bytes, bool whole, RequestTraits& traits) override;

    /// Without a checksum, the leave to send more than one response, and what in a hello is the state of a connection.
    void rewrite(Bytes bytes, const RequestTraits& traits, std::string& text) override;

    /// The reply to a hello without the version for whose sake its client would wait for the next one.
    void translate(Bytes bytes, const RequestTraits& traits, std::string& text) override;

    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;
    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override;

private:
    void command(const Request& request, unsigned flags, bool whole, RequestTraits& traits);
    void judge(const Request& request, RequestTraits& traits);
    void transaction(const Request& request, RequestTraits& traits);
    void pin(unsigned reason, const char* refusal, RequestTraits& traits) const;

    bool _mayPin;
    bool _passive;
    bool _oneTarget;
    std::set<std::string> _transactions; ///< sessions that have one open
};

} // namespace proximux::mongodb
