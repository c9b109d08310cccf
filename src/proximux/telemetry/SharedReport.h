#pragma once

#include <proximux/base/SlotMap.h>
#include <proximux/exchange/mux/SharedWiring.h>
#include <proximux/protocol/Registry.h>
#include <proximux/proxy/Runtime.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// Turns the outcome of requests in fifo and funnel into events and log records. Owned by its Worker, used in its
/// reactor's thread.
class SharedReport
{
public:
    explicit SharedReport(Runtime& runtime);

    /// Sets the protocol that provides readable forms and recognizes secrets. With auto each message is sniffed.
    void use(std::string_view protocol);

    /// Reports a request, or a piece of one. Returns a tag if a listener waits for its outcome, else 0.
    std::uint64_t came(const ClientInfo& client, Bytes bytes, std::uint64_t size, bool continues);

    /// Reports that the request was sent on the connection with this number.
    void sent(const ClientInfo& client, std::size_t number, Bytes bytes) const;

    /// Reports the outcome. number: 0 if the request was never sent.
    void ended(std::uint64_t tag, std::size_t number, const Outcome& outcome);

private:
    /// A request whose outcome a listener waits for.
    struct Pending
    {
        ClientInfo client;
        std::string text;
        std::vector<std::function<void(const ResponseInfo&)>> listeners;
    };

    /// The protocol of a message; null if unknown.
    [[nodiscard]] const Protocol* protocolOf(Bytes bytes) const;

    /// The part of these bytes that may be logged; points into `text` if they must not be shown as they are.
    [[nodiscard]] Bytes shown(Bytes bytes, std::string& text) const;
    [[nodiscard]] std::string describeResponse(Bytes response) const;
    void logData(const ClientInfo& client, Bytes bytes) const;

    Runtime& _runtime;
    std::unique_ptr<Protocol> _protocol;                                  ///< null if messages are not delimited
    std::map<const ProtocolInfo*, std::unique_ptr<Protocol>> _detectable; ///< auto: the candidates
    SlotMap<Pending, Id<Pending>> _pending;
};

} // namespace proximux
