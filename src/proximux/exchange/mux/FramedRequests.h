#pragma once

#include <proximux/exchange/mux/MessagePolicy.h>

namespace proximux
{

class Fences;
struct Mux;

/// Whether it is known that the target speaks the protocol (exchange.protocol = auto).
struct Trial
{
    bool isOn = false;     ///< it is not: each request is alone, and whoever gets no answer in the protocol is closed
    bool isProven = false; ///< the target has answered in a way that nobody does by chance
};

/// What clients send where messages are delimited. A request is kept until it is whole; one that outgrows
/// exchange.request_buffer is passed on as it comes, on a connection that it has alone until then; likewise one that
/// may be passed on in parts (Framer::mayPass()), if its client asks for that or pauses.
class FramedRequests : public RequestPolicy
{
public:
    /// All of them must outlive it.
    FramedRequests(Mux& mux, const Protocol& protocol, Fences& fences, const Trial& trial);

    void prepare(Client& client) override;
    void describe(Client& client, Request& request, Bytes bytes) override;
    void clientBytes(Client& client, Instant now) override;
    void expire(Instant now) override;
    [[nodiscard]] bool passesOn(const Client& client) const override;
    [[nodiscard]] Lane* passLane(const Client& client) const override;
    bool makeReply(Request& request, CloseReason reason) override;

private:
    static void supersede(Client& client, const Request& newest);
    [[nodiscard]] static bool isInTunnel(const Client& client);
    void judge(const Client& client, Request& request);
    void endRest(Client& client, Instant now);
    void flush(Client& client, Instant now);
    void requestBytes(Client& client, const Framer::Progress& progress, Instant now);
    void largeBytes(Client& client, const Framer::Progress& progress, Instant now);
    void goOn(Client& client, Request& request, Bytes bytes, Instant now);
    void partComes(Client& client, Instant now);
    [[nodiscard]] bool hasRoom(Client& client, std::size_t waiting, Instant now);
    void malformedRequest(Client& client, const char* why, Instant now);

    Mux& _mux;
    const Protocol& _protocol;
    Fences& _fences;
    const Trial& _trial;
    std::shared_ptr<ConversationCommons> _commons;
    std::uint64_t _clients; ///< the number of the one that came last
};

} // namespace proximux
