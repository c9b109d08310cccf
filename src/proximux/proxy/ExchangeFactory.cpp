#include <proximux/proxy/ExchangeFactory.h>

#include <proximux/exchange/AutoExchange.h>
#include <proximux/exchange/mux/FramedExchange.h>
#include <proximux/exchange/mux/RawExchange.h>
#include <proximux/protocol/Registry.h>

#include <random>
#include <stdexcept>

namespace proximux
{

namespace
{

std::uint64_t unpredictable()
{
    std::random_device device;
    return std::uint64_t{device()} << 32U | device();
}

/// Default of pool.settle for protocols whose targets may speak first.
constexpr Duration SETTLE = Duration::milliseconds(10);

PairExchangeSettings pairSettings(const Configuration& configuration)
{
    return {configuration.pool.connectTimeout, configuration.pool.inactiveTimeout, configuration.local.idleTimeout,
            configuration.local.halfCloseTimeout};
}

LanePoolSettings poolSettings(const Configuration& configuration)
{
    LanePoolSettings settings;
    if (configuration.exchange.mode == Mode::fifo)
        settings.targets.assign(1, LanePoolSettings::ANY);
    else
        for (std::size_t i = 0; i < configuration.targets.size(); ++i)
            settings.targets.insert(settings.targets.end(), configuration.targets[i].connections, i);
    settings.connectTimeout = configuration.pool.connectTimeout;
    settings.pipeline = configuration.exchange.pipelineInForce();
    return settings;
}

Prologue prologueFor(const Configuration& configuration, const TargetSettings& target, const Protocol* protocol)
{
    Login login;
    if (protocol != nullptr && !target.isOwnLogin())
        login = protocol->login({target.username, target.password, target.database});
    return {login.says + configuration.pool.prologue, login.expects + configuration.pool.prologueExpect};
}

MultiplexerSettings sharedSettings(const Configuration& configuration, const ProtocolInfo& protocol)
{
    const ExchangeSettings& exchange = configuration.exchange;
    MultiplexerSettings settings;
    settings.seed = unpredictable();
    settings.fair = exchange.mode == Mode::funnel;
    settings.pipeline = exchange.pipelineInForce();
    settings.maxRequests = configuration.local.maxRequests;
    settings.maxQueue = exchange.maxQueue;
    settings.requestBuffer = exchange.requestBuffer;
    settings.responseBuffer = exchange.responseBuffer;
    settings.totalBuffer = exchange.totalBuffer;
    settings.reserve = exchange.reserve;
    settings.gap = exchange.rawGap;
    settings.queueTimeout = exchange.queueTimeout;
    settings.connectTimeout = configuration.pool.connectTimeout;
    settings.pinTimeout = exchange.tieTimeout;
    settings.discardTimeout = exchange.discardTimeout;
    settings.discardLimit = exchange.discardLimit;
    settings.responseTimeout = exchange.responseTimeoutInForce();
    settings.requestTimeout = exchange.requestTimeout;
    settings.stallTimeout = exchange.stallTimeout;
    settings.abandonLimit = exchange.abandonLimit;
    settings.abandonTimeout = exchange.abandonTimeout;
    settings.pinIdleTimeout = exchange.tieIdleTimeout;
    settings.reconnects = configuration.limits.reconnects;
    settings.idleTimeout = configuration.local.idleTimeout;
    settings.lingerTimeout = configuration.local.halfCloseTimeout;
    settings.inactiveTimeout = configuration.pool.inactiveTimeout;
    settings.idReuse = exchange.idReuse;
    settings.ignoreUnknownIds = exchange.ignoreUnknownIds;
    settings.partPause = exchange.modbusUnitBackoff;
    settings.maxPinned = configuration.maxTied();
    settings.conversation.pins = settings.maxPinned > 0;
    settings.conversation.password = configuration.local.password;
    settings.conversation.connect = exchange.httpConnect;
    settings.conversation.largest = exchange.requestBuffer;
    settings.conversation.passChunked = exchange.httpChunked == ExchangeSettings::HttpChunked::pass;
    settings.conversation.consents = exchange.httpExpect == ExchangeSettings::HttpExpect::proxy;
    settings.consentTimeout = exchange.httpExpectTimeout;
    settings.conversation.unknown = exchange.respUnknown;
    settings.conversation.oneTarget = configuration.targets.size() == 1;
    settings.conversation.failedAuth = configuration.local.failedAuth;
    settings.failedAuthDelay = configuration.local.failedAuthDelay;
    if (!configuration.targets.empty())
    {
        settings.conversation.database = configuration.targets.front().database;
        settings.conversation.ownLogin = configuration.targets.front().isOwnLogin();
    }
    settings.connectDelay = configuration.pool.connectDelay;
    settings.requestGap = configuration.pool.requestGap;
    settings.switchDelay = configuration.pool.switchDelay;
    const auto made = protocol.make != nullptr ? protocol.make(exchange.framingInForce()) : nullptr;
    const Duration silence = made ? made->silence() : Duration{0};
    settings.settle = configuration.pool.settle.value_or(protocol.mayGreet ? SETTLE : silence);
    for (const TargetSettings& target : configuration.targets)
        settings.prologues.push_back(prologueFor(configuration, target, made.get()));
    if (!made)
        return settings;
    settings.noisy = made->isNoisy();
    settings.requestId = made->requestId();
    settings.responseId = made->responseId();
    settings.byId = exchange.pairingInForce() != Pairing::order && settings.requestId && settings.responseId;
    return settings;
}

/// Makes the exchange of one protocol in fifo or funnel.
std::unique_ptr<Multiplexer> makeSharing(const Configuration& configuration, std::string_view name,
                                         MultiplexerEffects& effects, MultiplexerObserver& observer, LanePool& pool)
{
    Configuration chosen = configuration;
    chosen.exchange.protocol = name;
    const ProtocolInfo& info = *findProtocol(name);
    const MultiplexerSettings settings = sharedSettings(chosen, info);
    if (info.make == nullptr)
        return std::make_unique<RawExchange>(settings, effects, observer, pool);
    return std::make_unique<FramedExchange>(settings, effects, observer, pool,
                                            info.make(chosen.exchange.framingInForce()));
}

std::unique_ptr<AutoExchange> makeAuto(const Configuration& configuration, Targets& targets, TargetDialer& dialer,
                                       MultiplexerEffects& effects, MultiplexerObserver& observer,
                                       const std::shared_ptr<PlaceClaims>& claims)
{
    const auto make = [&configuration, &targets, &dialer, &effects, &observer, claims](std::string_view name)
    {
        Configuration chosen = configuration;
        chosen.exchange.protocol = name;
        AutoExchange::Tenant tenant;
        tenant.pool = std::make_unique<LanePool>(poolSettings(chosen), targets, dialer, claims);
        tenant.exchange = makeSharing(configuration, name, effects, observer, *tenant.pool);
        return tenant;
    };
    const AutoExchangeSettings settings{configuration.local.idleTimeout, configuration.exchange.trialTimeout,
                                        configuration.exchange.requestBuffer};
    return std::make_unique<AutoExchange>(settings, effects, observer, make);
}

} // namespace

ExchangeAndPool makeExchange(const Configuration& configuration, Targets& targets, TargetDialer& dialer,
                             PairEffects& pairEffects, MultiplexerEffects& multiplexerEffects,
                             MultiplexerObserver& observer)
{
    ExchangeAndPool made;
    if (configuration.exchange.mode == Mode::automatic)
        throw std::invalid_argument("exchange.mode is auto; expected proxy, fifo or funnel in a Configuration");
    if (configuration.exchange.mode == Mode::proxy)
    {
        made.pairs = std::make_unique<PairPool>(targets, dialer);
        made.counts = &made.pairs->counts();
        made.exchange = std::make_unique<PairExchange>(pairSettings(configuration), pairEffects, *made.pairs);
        return made;
    }
    made.claims = std::make_shared<PlaceClaims>(configuration.sharedConnections(), targets.count());
    made.counts = &made.claims->counts;
    if (configuration.exchange.protocol == AUTO)
    {
        auto exchange = makeAuto(configuration, targets, dialer, multiplexerEffects, observer, made.claims);
        made.underWay = [&automatic = *exchange] { return automatic.underWay(); };
        made.exchange = std::move(exchange);
        return made;
    }
    made.shared = std::make_unique<LanePool>(poolSettings(configuration), targets, dialer, made.claims);
    made.underWay = [&pool = *made.shared] { return pool.underWay(); };
    made.exchange =
        makeSharing(configuration, configuration.exchange.protocol, multiplexerEffects, observer, *made.shared);
    return made;
}

} // namespace proximux
