#pragma once

#include <proximux/base/DeadlineList.h>
#include <proximux/exchange/AutoTenant.h>
#include <proximux/protocol/Registry.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace proximux
{

/// What AutoExchange needs to know of the configuration.
struct AutoExchangeSettings
{
    Duration idleTimeout = Duration::off();
    Duration trialTimeout = Duration::seconds(5);
    std::size_t requestBuffer = 65536;
};

/// Fifo and funnel where the protocol is found out (exchange.protocol = auto).
///
///     client bytes -> sniff() -> raw: to a RawExchange
///                             -> a protocol: to a FramedExchange that tries it: each request alone on its connection
///                             -> may become one: kept for 50 ms, then raw
///
/// The protocol is decided when a target has answered a request of a protocol in that protocol, never after one has
/// answered what is raw. From then on each new client speaks it or fails alone. Until then, and for who was there
/// before, each client stays with its exchange.
///
/// The exchanges have the places of one pool in common. Where one lacks a place the request that came first is served
/// first, whosever it is: the others begin nothing that came later, and give a connection back when it is at rest. A
/// request that is tried gives its place up after exchange.trial_timeout.
class AutoExchange : public Exchange
{
public:
    using Tenant = AutoTenant;

    /// Makes the exchange for one of choicesOfAuto(): for raw a RawExchange, otherwise a FramedExchange. The claims of
    /// all pools are the same.
    using Make = std::function<Tenant(std::string_view protocol)>;

    /// Tells the exchange for one of choicesOfAuto(), and its pool, that other settings are in force.
    using Change = std::function<void(std::string_view protocol, Tenant& tenant)>;

    /// Effects and observer must outlive it.
    AutoExchange(const AutoExchangeSettings& settings, MultiplexerEffects& effects, MultiplexerObserver& observer,
                 Make make);
    ~AutoExchange() override;

    void clientOpened(ClientId client, Instant now) override;
    void targetOpened(TargetId target, Instant now) override;
    void targetFailed(TargetId target, Instant now) override;
    void targetUnavailable(TargetId target, Instant now) override;
    void request(ClientId client, Bytes bytes, Instant now) override;
    void response(TargetId target, Bytes bytes, Instant now) override;
    void clientEnded(ClientId client, Instant now) override;
    void targetEnded(TargetId target, Instant now) override;
    void clientSent(ClientId client, std::size_t waiting, Instant now) override;
    void targetSent(TargetId target, std::size_t waiting, Instant now) override;
    void clientLost(ClientId client, Instant now) override;
    void targetLost(TargetId target, Instant now) override;
    void clientFaulted(ClientId client, Instant now) override;
    void targetFaulted(TargetId target, Instant now) override;
    void clientKilled(ClientId client, Instant now) override;
    Instant expire(Instant now) override;

    /// Other settings are in force, for Make as well: has the exchanges that are there changed.
    void reconfigure(const AutoExchangeSettings& settings, const Change& change, Instant now);

    void drain(Instant now) override;
    void closeAll(CloseReason reason, Instant now) override;
    void warmUp(Instant now) override;
    void healthChanged(Instant now) override;
    [[nodiscard]] Instant heardFrom(std::size_t target) const override;
    [[nodiscard]] std::size_t size() const override;
    void inspect(ExchangeInspection& into) const override;

    [[nodiscard]] Backlog backlog() const override;

    /// Of all exchanges.
    [[nodiscard]] Multiplexer::Usage usage() const;

    /// Connections that are not yet of use.
    [[nodiscard]] std::size_t underWay() const;

private:
    /// The position of a protocol in choicesOfAuto(), and of its exchange in _tenants.
    using Language = std::size_t;

    static constexpr Language RAW_BYTES = 0;
    static constexpr Language NONE = static_cast<Language>(-1);

    using Newcomer = AutoNewcomer;

    /// A client, as it was told last.
    struct Client
    {
        ClientId id;
        std::unique_ptr<Newcomer> newcomer; ///< null: it speaks `language`
        Language language = RAW_BYTES;
    };

    [[nodiscard]] Newcomer* newcomer(ClientId client) const;
    [[nodiscard]] Multiplexer* of(ClientId client) const;
    Multiplexer& tenant(Language language, Instant now);

    void found(Newcomer& newcomer, Language language, Instant now);
    void refuse(Newcomer& newcomer, const ProtocolInfo* protocol, const char* why);
    void close(Newcomer& newcomer, CloseReason reason, How how);
    std::unique_ptr<Newcomer> take(Newcomer& newcomer);

    void settle(Instant now);
    void decide(Language language, Instant now);
    void share(Instant now);
    bool makeRoom(Language forWhom, Instant since, Instant now);

    AutoExchangeSettings _settings;
    MultiplexerEffects& _effects;
    MultiplexerObserver& _observer;
    Make _make;
    std::vector<Tenant> _tenants;
    Language _decided = NONE;      ///< NONE: not yet
    Language _assumed = RAW_BYTES; ///< of clients of whom nothing can be told
    bool _rawAnswered = false;
    bool _draining = false;
    std::vector<Client> _clients; ///< by slot
    std::size_t _newcomers = 0;
    Instant _trialEnds = Instant::never(); ///< when a request that is tried must give way
    DeadlineList _ambiguous;
    DeadlineList _idle;
};

} // namespace proximux
