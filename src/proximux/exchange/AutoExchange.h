#pragma once

#include <proximux/exchange/DeadlineList.h>
#include <proximux/exchange/SharedWiring.h>
#include <proximux/wire/Buffer.h>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace proximux
{

/// Fifo and funnel where the protocol is found out (exchange.protocol = auto).
///
///     client bytes -> sniff() -> raw: to a RawExchange, and the question stays open for the others
///                             -> HTTP, RESP: from now on that is the protocol, of all clients
///                             -> may become one: kept for 50 ms, then raw
///
/// When the protocol is found, what was raw until then is closed: target connections and their clients. Afterwards this
/// passes on what it is told, and nothing else.
class AutoExchange : public Exchange
{
public:
    /// Makes the exchange for a protocol: "raw", "http" or "resp". All use the same pool, one after the other.
    using Make = std::function<std::unique_ptr<Exchange>(std::string_view protocol)>;

    /// The wiring must outlive it. request: bytes that are read of a client at once.
    AutoExchange(SharedWiring& wiring, Make make, Duration idleTimeout, std::size_t request);
    ~AutoExchange() override;

    void clientOpened(ClientId client, Instant now) override;
    void targetOpened(TargetId target, Instant now) override { _inner->targetOpened(target, now); }
    void targetFailed(TargetId target, Instant now) override { _inner->targetFailed(target, now); }
    void targetUnavailable(TargetId target, Instant now) override { _inner->targetUnavailable(target, now); }
    void request(ClientId client, Bytes bytes, Instant now) override;
    void response(TargetId target, Bytes bytes, Instant now) override { _inner->response(target, bytes, now); }
    void clientEnded(ClientId client, Instant now) override;
    void targetEnded(TargetId target, Instant now) override { _inner->targetEnded(target, now); }
    void clientSent(ClientId client, std::size_t waiting, Instant now) override;
    void targetSent(TargetId target, std::size_t waiting, Instant now) override
    {
        _inner->targetSent(target, waiting, now);
    }
    void clientLost(ClientId client, Instant now) override;
    void targetLost(TargetId target, Instant now) override { _inner->targetLost(target, now); }
    void clientFaulted(ClientId client, Instant now) override;
    void targetFaulted(TargetId target, Instant now) override { _inner->targetFaulted(target, now); }
    Instant expire(Instant now) override;
    void drain(Instant now) override;
    void closeAll(CloseReason reason, Instant now) override;
    void warmUp(Instant now) override { _inner->warmUp(now); }
    [[nodiscard]] std::size_t size() const override { return _newcomers + _inner->size(); }

private:
    /// A client of whom nothing is known yet.
    struct Newcomer
    {
        explicit Newcomer(ClientId name)
            : id(name)
        {
        }

        ClientId id;
        Buffer said;
        Due<Newcomer> ambiguous{*this};
        Due<Newcomer> idle{*this};
    };

    [[nodiscard]] Newcomer* find(ClientId client) const;
    void decide(std::string_view protocol, Instant now);
    void handOver(Newcomer& newcomer, Instant now);
    void refuse(Newcomer& newcomer, const char* why);
    void refuseHttp(Newcomer& newcomer);
    void close(Newcomer& newcomer, CloseReason reason, How how);
    std::unique_ptr<Newcomer> take(Newcomer& newcomer);

    SharedWiring& _wiring;
    Make _make;
    std::size_t _readSize;
    std::unique_ptr<Exchange> _inner;
    bool _decided = false;
    bool _draining = false;
    std::vector<std::unique_ptr<Newcomer>> _clients; ///< by slot; null: handed over, or not there
    std::size_t _newcomers = 0;
    DeadlineList _ambiguous;
    DeadlineList _idle;
};

} // namespace proximux
