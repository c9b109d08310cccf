#pragma once

#include <proximux/Framing.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/modbus/Form.h>

#include <array>
#include <memory>
#include <string>

namespace proximux::modbus
{

/// How clients and targets speak. Immutable.
struct Dialect
{
    /// form: of the clients, and of the targets if that is all that there is.
    Dialect(const Framing& framing, const Form& form, const Form& ofTarget);

    const Form& client;
    const Form& target;
    bool anyUnit;                        ///< targets may answer as any unit
    std::array<unsigned char, 256> unit; ///< on the target's side, for each unit that clients ask
};

/// What a client asks, and the answers in a target's place, which are those of a gateway. Requests and responses that
/// are not the same on both sides are translated.
class ClientConversation : public Conversation
{
public:
    /// passive: traffic is only observed.
    ClientConversation(std::shared_ptr<const Dialect> dialect, bool passive);

    void request(Bytes bytes, bool whole, RequestTraits& traits) override;
    void rewrite(Bytes bytes, const RequestTraits& traits, std::string& text) override;
    void translate(Bytes bytes, const RequestTraits& traits, std::string& text) override;
    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;

private:
    void observe(Bytes body, RequestTraits& traits) const;
    void share(Bytes body, RequestTraits& traits) const;
    [[nodiscard]] unsigned refusalOf(Bytes body) const;
    [[nodiscard]] std::string exception(const RequestTraits& traits, unsigned code) const;

    std::shared_ptr<const Dialect> _dialect;
    bool _passive;
    std::string _scratch; ///< for Form::bodyOf()
    std::string _body;    ///< of the present request, as its target gets it
};

} // namespace proximux::modbus
