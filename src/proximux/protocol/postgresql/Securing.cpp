#include <proximux/protocol/postgresql/Securing.h>

#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/Startup.h>

#include <proximux/Number.h>

#include <utility>

namespace proximux::postgresql
{

namespace
{

constexpr char YES = 'S';
constexpr char NO = 'N';

/// "invalid authorization specification"
constexpr const char* SQL_STATE = "28000";
constexpr const char* INSECURE = "this connection must be encrypted: use sslmode=require or better";

/// A startup packet without a body.
std::string packetOf(std::uint64_t code)
{
    std::string packet(STARTUP_HEADER, '\0');
    writeNumber(STARTUP_HEADER, packet.data(), 4);
    writeNumber(code, &packet[4], 4);
    return packet;
}

class ClientStart : public TlsStart
{
public:
    explicit ClientStart(TlsOffer offer)
        : _offer(offer)
    {
    }

    TlsStep received(Bytes bytes) override
    {
        _kept += bytes;
        TlsStep step;
        while (_kept.size() >= STARTUP_HEADER && step.kind == TlsStep::Kind::more)
            take(step);
        return step;
    }

    [[nodiscard]] bool isOver() const override { return _isOver; }

private:
    /// Takes the packet that begins there.
    void take(TlsStep& step)
    {
        const std::uint64_t code = codeOf(_kept);
        const bool asks = lengthAt(_kept, 0) == STARTUP_HEADER && (code == SSL || code == GSS);
        if (!asks)
            return begin(step, code);
        if (code == GSS || _offer == TlsOffer::none)
        {
            step.reply += NO;
            _kept.erase(0, STARTUP_HEADER);
            return;
        }
        step.kind = _kept.size() == STARTUP_HEADER ? TlsStep::Kind::secure : TlsStep::Kind::refuse;
        step.why = "it sent clear text behind its request for TLS";
        if (step.kind == TlsStep::Kind::secure)
            step.reply += YES;
        _isOver = true;
    }

    /// It begins in clear text. A request to cancel another's query comes so from many clients, whatever that has.
    void begin(TlsStep& step, std::uint64_t code)
    {
        _isOver = true;
        if (_offer == TlsOffer::required && code != CANCEL)
        {
            step.kind = TlsStep::Kind::refuse;
            step.why = "it did not ask for TLS";
            step.reply += errorMessage("FATAL", SQL_STATE, INSECURE);
            return;
        }
        step.kind = TlsStep::Kind::open;
        step.passed = std::move(_kept);
    }

    const TlsOffer _offer;
    std::string _kept;
    bool _isOver = false;
};

class TargetStart : public TlsStart
{
public:
    [[nodiscard]] std::string opening() const override { return packetOf(SSL); }

    /// A byte behind the answer would have been put there by somebody on the way.
    TlsStep received(Bytes bytes) override
    {
        TlsStep step;
        if (bytes.empty())
            return step;
        _isOver = true;
        step.kind = bytes.front() == YES && bytes.size() == 1 ? TlsStep::Kind::secure : TlsStep::Kind::refuse;
        step.why = bytes.front() == NO    ? "it offers no TLS"
                   : bytes.front() == YES ? "it sent clear text behind its consent to TLS"
                                          : "it does not know requests for TLS";
        return step;
    }

    [[nodiscard]] bool isOver() const override { return _isOver; }

private:
    bool _isOver = false;
};

} // namespace

TlsStarts securing()
{
    return {[](TlsOffer offer) -> std::unique_ptr<TlsStart> { return std::make_unique<ClientStart>(offer); },
            [](TlsOffer) -> std::unique_ptr<TlsStart> { return std::make_unique<TargetStart>(); }, false};
}

} // namespace proximux::postgresql
