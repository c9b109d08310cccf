#pragma once

#include <proximux/exchange/SharedWiring.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/wire/SlotMap.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// Turns what becomes of requests in fifo and funnel into events and log records. Owned by its Worker, used in its
/// reactor's thread.
class SharedReport
{
public:
    explicit SharedReport(Runtime& runtime);

    /// The protocol with this name is what is spoken from now on: it knows a readable form, and what is secret. With
    /// auto each message is of the protocol of which it looks.
    void use(std::string_view protocol);

    /// A request, or a piece of one. Returns a tag where somebody wants to hear how it ended, else 0.
    std::uint64_t came(const ClientInfo& client, Bytes bytes, std::uint64_t size, bool continues);

    /// It is sent, on the connection with this number.
    void sent(const ClientInfo& client, std::size_t number, Bytes bytes) const;

    /// number: 0 where it was never sent.
    void ended(std::uint64_t tag, std::size_t number, const Outcome& outcome);

private:
    /// A request about whose end somebody wants to hear.
    struct Pending
    {
        ClientInfo client;
        std::string text;
        std::vector<std::function<void(const ResponseInfo&)>> listeners;
    };

    /// The protocol of a message; null: it is not known.
    [[nodiscard]] const Protocol* protocolOf(Bytes bytes) const;

    /// What of these bytes may be in a log; held by `text` where that is not they themselves.
    [[nodiscard]] Bytes shown(Bytes bytes, std::string& text) const;
    [[nodiscard]] std::string describeResponse(Bytes response) const;
    void logData(const ClientInfo& client, Bytes bytes) const;

    Runtime& _runtime;
    std::unique_ptr<Protocol> _protocol; ///< null where messages are not known
    std::unique_ptr<Protocol> _http;     ///< auto: what it may become
    std::unique_ptr<Protocol> _resp;
    SlotMap<Pending, Id<Pending>> _pending;
};

} // namespace proximux
