#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/cassandra/Frame.h>

#include <cstdint>
#include <string>

namespace proximux::cassandra
{

/// What a request is compared with, beside its id: the version and the upper byte of the stream. A READY answers a
/// REGISTER only, and nothing answers what no client may ask here.
constexpr std::uint64_t NEVER = 1;
std::uint64_t checkOf(Bytes frame, bool isReady);

/// Passed to the response framer where traffic is only observed: a READY begins nothing.
constexpr std::uint32_t OBSERVED = 1;

/// What the requests of a client mean to a connection that it shares.
class ClientConversation : public Conversation
{
public:
    explicit ClientConversation(const ConversationSettings& settings);

    void request(Bytes bytes, bool whole, RequestTraits& traits) override;
    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;
    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override;

private:
    void judge(Bytes bytes, RequestTraits& traits) const;
    void startup(Bytes bytes, bool whole, RequestTraits& traits) const;
    void statement(Bytes bytes, RequestTraits& traits) const;

    bool _mayPin;
    bool _passive;
};

} // namespace proximux::cassandra
