#include <proximux/protocol/modbus/Modbus.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/modbus/Body.h>
#include <proximux/protocol/modbus/ClientConversation.h>
#include <proximux/protocol/modbus/Parts.h>

#include <utility>

namespace proximux::modbus
{

namespace
{

constexpr IdField TRANSACTION{0, 2, ByteOrder::big};

/// A late answer may come over the next connection to a serial line.
constexpr Duration SILENCE = Duration::milliseconds(500);

class Modbus : public Protocol
{
public:
    explicit Modbus(std::shared_ptr<const Dialect> dialect, std::string_view translates)
        : _dialect(std::move(dialect))
        , _translates(translates)
    {
    }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return _dialect->client.makeRequestFramer();
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return _dialect->target.makeResponseFramer(_dialect->anyUnit);
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<ClientConversation>(_dialect, settings.passive);
    }

    /// Reads the first holding register of unit 1; an exception is a valid answer, too.
    [[nodiscard]] std::string probe(std::uint32_t number) const override
    {
        char transaction[2];
        writeNumber(number, transaction, 2);
        return _dialect->target.message({transaction, 2}, Bytes("\1\3\0\0\0\1", 6));
    }

    /// One register, or an exception.
    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        std::string scratch;
        const Bytes body = _dialect->target.bodyOf(response, scratch);
        if (body.size() < 3 || functionOf(body) != 3)
            return false;
        return isException(body) ? body.size() == 3 : body.size() == 5 && byteAt(body, 2) == 2;
    }

    [[nodiscard]] std::string_view translates() const override { return _translates; }
    /// On a serial line, because nothing else tells them apart.
    [[nodiscard]] bool checkIdentifies() const override { return isSerial(); }
    [[nodiscard]] bool isExclusive() const override { return isSerial(); }
    [[nodiscard]] bool isNoisy() const override { return isSerial(); }
    [[nodiscard]] Duration silence() const override { return isSerial() ? SILENCE : Duration{0}; }

    /// The functions of the units behind a gateway.
    [[nodiscard]] std::size_t parts() const override { return PARTS; }
    [[nodiscard]] std::string nameOfPart(unsigned part) const override { return nameOf(part); }

    [[nodiscard]] std::optional<IdField> requestId() const override { return id(); }
    [[nodiscard]] std::optional<IdField> responseId() const override { return id(); }

    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        std::string scratch;
        return describeRequest(_dialect->client.bodyOf(request, scratch), limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        std::string scratch;
        return describeAnswer(_dialect->target.bodyOf(response, scratch), limit);
    }

private:
    [[nodiscard]] bool isSerial() const { return _dialect->target.isSerial(); }

    [[nodiscard]] std::optional<IdField> id() const
    {
        return isSerial() ? std::nullopt : std::optional<IdField>(TRANSACTION);
    }

    std::shared_ptr<const Dialect> _dialect;
    std::string_view _translates;
};

const Form& formOf(ModbusTarget target)
{
    switch (target)
    {
    case ModbusTarget::rtu:
        return rtu();
    case ModbusTarget::ascii:
        return ascii();
    case ModbusTarget::tcp:
        break;
    }
    return tcp();
}

std::unique_ptr<Protocol> make(const Framing& framing, const Form& client, const Form& target)
{
    const std::string_view translates = &client != &target             ? "exchange.modbus_target"
                                        : !framing.modbusUnits.empty() ? "exchange.modbus_units"
                                                                       : "";
    return std::make_unique<Modbus>(std::make_shared<const Dialect>(framing, client, target), translates);
}

std::unique_ptr<Protocol> makeTcp(const Framing& framing)
{
    return make(framing, tcp(), formOf(framing.modbusTarget));
}

std::unique_ptr<Protocol> makeRtu(const Framing& framing)
{
    return make(framing, rtu(), rtu());
}

std::unique_ptr<Protocol> makeAscii(const Framing& framing)
{
    return make(framing, ascii(), ascii());
}

template <std::unique_ptr<Protocol> (*MAKE)(const Framing&)>
ProtocolInfo common(std::string_view name, std::string_view summary)
{
    ProtocolInfo info = delimitedProtocol<MAKE>(name, summary);
    info.pipeline = 1;
    info.responseTimeout = Duration::seconds(2);
    info.mayGreet = false;
    info.settings = {"exchange.modbus_unit_backoff", "exchange.modbus_unit", "exchange.modbus_units"};
    return info;
}

template <std::unique_ptr<Protocol> (*MAKE)(const Framing&)>
ProtocolInfo serial(std::string_view name, std::string_view summary)
{
    ProtocolInfo info = common<MAKE>(name, summary);
    info.pairing = Pairing::exclusive;
    info.inOrder = false;
    return info;
}

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = common<makeTcp>("modbus", "Modbus/TCP");
    info.pairing = Pairing::identifier;
    info.settings.push_back("exchange.modbus_target");
    return info;
}

ProtocolInfo rtuInfo()
{
    return serial<makeRtu>("modbus-rtu", "Modbus RTU over TCP");
}

ProtocolInfo asciiInfo()
{
    return serial<makeAscii>("modbus-ascii", "Modbus ASCII over TCP");
}

} // namespace proximux::modbus
