#include <proximux/protocol/mysql/Securing.h>

#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/Renumbering.h>
#include <proximux/protocol/mysql/Response.h>

#include <proximux/Number.h>

#include <cstdint>
#include <utility>

namespace proximux::mysql
{

namespace
{

constexpr std::size_t REQUEST = REQUEST_FOR_TLS;
constexpr std::size_t LONGEST_GREETING = 4096; ///< bytes of a greeting at most
constexpr std::size_t LOGIN_BEHIND = 2;        ///< number of a login inside of TLS
constexpr unsigned INSECURE = 3159;            ///< error "Connections using insecure transport are prohibited"
constexpr const char* SQL_STATE = "HY000";
constexpr const char* NO_TLS = "Connections using insecure transport are prohibited";

/// What a client's first packet says of its abilities, of which at least 8 bytes must be there.
std::uint64_t abilitiesIn(Bytes packet)
{
    return numberAt(packet, HEADER, 4, ByteOrder::little);
}

/// Whether a client's first packet is a request for TLS, and not a login.
bool asksForTls(Bytes packet)
{
    return lengthOf(packet) == REQUEST && (abilitiesIn(packet) & capability::SSL) != 0;
}

TlsStep refusal(const char* why, std::string reply = {})
{
    TlsStep step;
    step.kind = TlsStep::Kind::refuse;
    step.why = why;
    step.reply = std::move(reply);
    return step;
}

class ClientStart : public TlsStart
{
public:
    explicit ClientStart(bool isRequired)
        : _isRequired(isRequired)
    {
    }

    TlsStep received(Bytes bytes) override
    {
        _kept += bytes;
        TlsStep step;
        constexpr std::size_t SHORTEST = 4; // bytes of what may be a request
        const bool isShort = _kept.size() >= HEADER && lengthOf(_kept) < SHORTEST;
        if (!isShort && _kept.size() < HEADER + SHORTEST)
            return step;
        const bool asks = !isShort && asksForTls(_kept);
        if (asks && _kept.size() < HEADER + REQUEST)
            return step;
        _isOver = true;
        if (asks && _kept.size() > HEADER + REQUEST)
            return refusal("its request for TLS was read too far");
        if (!asks && _isRequired)
            return refusal("it did not ask for TLS", error(byteAt(_kept, HEADER - 1) + 1));
        step.kind = asks ? TlsStep::Kind::secure : TlsStep::Kind::open;
        if (!asks)
            step.passed = std::move(_kept);
        return step;
    }

    [[nodiscard]] bool isOver() const override { return _isOver; }

private:
    static std::string error(unsigned number) { return errorPacket(number, INSECURE, SQL_STATE, NO_TLS); }

    const bool _isRequired;
    std::string _kept;
    bool _isOver = false;
};

class TargetStart : public TlsStart
{
public:
    explicit TargetStart(bool isOffered)
        : _isOffered(isOffered)
    {
    }

    TlsStep received(Bytes bytes) override
    {
        TlsStep step;
        if (!_isGreeted)
            return greeted(bytes);
        step.passed = _answers.pass(bytes);
        _isOver = _isOver || _answers.hasEnded();
        return step;
    }

    TlsStep sending(Bytes bytes) override
    {
        TlsStep step;
        if (_isSecure)
            step.reply = _login.pass(bytes);
        else
            secure(bytes, step);
        return step;
    }

    [[nodiscard]] bool isOver() const override { return _isOver; }

    /// Of nobody: TLS begins before it is said who it is.
    [[nodiscard]] std::string login() const override
    {
        std::string payload;
        appendNumber(payload, capability::PROTOCOL_41 | capability::SSL, 4, ByteOrder::little);
        payload.resize(REQUEST + 1);
        return packetOf(1, payload);
    }

private:
    /// The greeting is passed on once it is whole. An error in its place ends the connection.
    TlsStep greeted(Bytes bytes)
    {
        _kept += bytes;
        TlsStep step;
        if (_kept.size() <= HEADER || _kept.size() < HEADER + lengthOf(_kept))
            return _kept.size() < LONGEST_GREETING ? step : refusal("its greeting is not understood");
        const Bytes payload = Bytes(_kept).substr(HEADER);
        _isOver = isError(payload);
        if (!_isOver)
        {
            const auto abilities = readCapabilities(payload);
            if (!abilities || _kept.size() != HEADER + lengthOf(_kept))
                return refusal("its greeting is not understood");
            if ((*abilities & capability::SSL) == 0)
                return refusal("it offers no TLS");
            if (!_isOffered)
                withhold();
        }
        _isGreeted = true;
        step.kind = TlsStep::Kind::open;
        step.passed = std::exchange(_kept, std::string());
        return step;
    }

    /// Takes the offer of TLS out of the greeting: its lower abilities are behind the version, a number, a nonce and a
    /// zero.
    void withhold()
    {
        const std::size_t at = _kept.find('\0', HEADER + 1) + 1 + 4 + 8 + 1;
        const std::uint64_t lower = numberAt(_kept, at, 2, ByteOrder::little);
        writeNumber(lower & ~capability::SSL, &_kept[at], 2, ByteOrder::little);
    }

    /// The client's login begins: the request for TLS is made of it. Who leaves instead needs none.
    void secure(Bytes bytes, TlsStep& step)
    {
        constexpr Bytes LEAVES("\1\0\0\0\1", 5);
        _kept += bytes;
        if (_kept == LEAVES)
        {
            step.reply = std::exchange(_kept, std::string());
            _isOver = true;
            return;
        }
        if (_kept.size() < HEADER + REQUEST)
            return;
        const std::size_t number = byteAt(_kept, HEADER - 1);
        const std::uint64_t abilities = abilitiesIn(_kept);
        if (lengthOf(_kept) <= REQUEST || (abilities & capability::PROTOCOL_41) == 0 || number < 1 ||
            number > LOGIN_BEHIND)
        {
            step = refusal("the login of the client is not understood");
            return;
        }
        writeNumber(abilities | capability::SSL, &_kept[HEADER], 4, ByteOrder::little);
        step.kind = TlsStep::Kind::secure;
        step.reply = packetOf(1, _kept.substr(HEADER, REQUEST));
        const int by = static_cast<int>(LOGIN_BEHIND - number);
        _login = Renumbering(Renumbering::Of::client, by);
        _answers = Renumbering(Renumbering::Of::server, -by);
        _isSecure = true;
        _isOver = by == 0;
        step.behind = _login.pass(std::exchange(_kept, std::string()));
    }

    const bool _isOffered;
    std::string _kept;
    Renumbering _login{Renumbering::Of::client, 0};
    Renumbering _answers{Renumbering::Of::server, 0};
    bool _isGreeted = false;
    bool _isSecure = false;
    bool _isOver = false;
};

} // namespace

TlsStarts securing()
{
    return {[](TlsOffer offer) -> std::unique_ptr<TlsStart>
            {
                if (offer == TlsOffer::none)
                    return nullptr; // the greeting has no TLS
                return std::make_unique<ClientStart>(offer == TlsOffer::required);
            },
            [](TlsOffer offer) -> std::unique_ptr<TlsStart>
            { return std::make_unique<TargetStart>(offer != TlsOffer::none); },
            true};
}

} // namespace proximux::mysql
