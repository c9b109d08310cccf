#include <proximux/proxy/ExchangeFactory.h>

#include <proximux/auth/Authenticator.h>
#include <proximux/exchange/AutoExchange.h>
#include <proximux/exchange/mux/FramedExchange.h>
#include <proximux/exchange/mux/RawExchange.h>
#include <proximux/protocol/Registry.h>
#include <proximux/system/PocoDigests.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <utility>

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

/// A quarter of the time from one request to the next: so much later than it might does a client ask at most.
Duration paceOf(const Rate& rate)
{
    if (rate.isOff())
        return Duration::off();
    return std::clamp(Duration{rate.interval().us / 4}, Duration::milliseconds(10), Duration::seconds(1));
}

PairExchangeSettings pairSettings(const Configuration& configuration)
{
    return {configuration.pool.connectTimeout, configuration.pool.inactiveTimeout, configuration.local.idleTimeout,
            configuration.local.halfCloseTimeout, configuration.shutdown.drainTimeout};
}

LanePoolSettings poolSettings(const Configuration& configuration)
{
    return {configuration.pool.connectTimeout, configuration.exchange.pipelineInForce()};
}

/// The target of each connection.
std::vector<std::size_t> places(const Configuration& configuration, const std::vector<std::size_t>& indices)
{
    if (configuration.exchange.mode == Mode::fifo)
        return {Places::ANY};
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < indices.size(); ++i)
        all.insert(all.end(), configuration.targets[i].connections, indices[i]);
    return all;
}

MultiplexerSettings sharedSettings(const Configuration& configuration, const std::vector<std::size_t>& indices,
                                   const ProtocolInfo& protocol)
{
    const ExchangeSettings& exchange = configuration.exchange;
    MultiplexerSettings settings;
    settings.seed = unpredictable();
    settings.fair = exchange.mode == Mode::funnel;
    settings.pipeline = exchange.pipelineInForce();
    settings.maxRequests = configuration.local.maxRequests;
    settings.maxQueue = exchange.maxQueue;
    settings.requestBuffer = exchange.requestBufferInForce();
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
    settings.batchTimeout = exchange.batchTimeout;
    settings.stallTimeout = exchange.stallTimeout;
    settings.abandonLimit = exchange.abandonLimit;
    settings.abandonTimeout = exchange.abandonTimeout;
    settings.pinIdleTimeout = exchange.tieIdleTimeout;
    settings.reconnects = configuration.limits.reconnects;
    settings.pace = paceOf(configuration.limits.requestRate);
    settings.idleTimeout = configuration.local.idleTimeout;
    settings.lingerTimeout = configuration.local.halfCloseTimeout;
    settings.inactiveTimeout = configuration.pool.inactiveTimeout;
    settings.lifetime = configuration.pool.lifetime;
    settings.partingTimeout = configuration.shutdown.drainTimeout;
    settings.idReuse = exchange.idReuse;
    settings.ignoreUnknownIds = exchange.ignoreUnknownIds;
    settings.partPause = exchange.modbusUnitBackoff;
    settings.maxPinned = configuration.maxTied();
    settings.conversation.pins = settings.maxPinned > 0;
    settings.conversation.password = configuration.local.password;
    settings.conversation.connect = exchange.httpConnect;
    settings.conversation.largest = exchange.requestBufferInForce();
    settings.conversation.passChunked = exchange.httpChunked == ExchangeSettings::HttpChunked::pass;
    settings.conversation.consents = exchange.httpExpect == ExchangeSettings::HttpExpect::proxy;
    settings.consentTimeout = exchange.httpExpectTimeout;
    settings.conversation.unknown = exchange.respUnknown;
    settings.conversation.oneTarget = configuration.targets.size() == 1;
    settings.conversation.failedAuth = configuration.local.failedAuth;
    settings.conversation.statements = configuration.pool.statements;
    settings.conversation.statementMemory = configuration.local.statementMemory;
    settings.conversation.kills = exchange.mysqlKill;
    settings.conversation.startsTls = configuration.local.tls.startsInside();
    settings.failedAuthDelay = configuration.local.failedAuthDelay;
    if (!configuration.targets.empty())
    {
        settings.conversation.database = configuration.targets.front().database;
        settings.conversation.ownLogin = configuration.targets.front().isOwnLogin();
    }
    settings.connectDelay = configuration.pool.connectDelay;
    settings.requestGap = configuration.pool.requestGap;
    settings.switchDelay = configuration.pool.switchDelay;
    settings.loginRetry = configuration.pool.loginRetry;
    const auto made = protocol.make != nullptr ? protocol.make(exchange.framingInForce()) : nullptr;
    const Duration silence = made ? made->silence() : Duration{0};
    settings.settle = configuration.pool.settle.value_or(protocol.mayGreet ? SETTLE : silence);
    for (std::size_t i = 0; i < indices.size(); ++i)
    {
        settings.prologues.resize(std::max(settings.prologues.size(), indices[i] + 1));
        settings.prologues[indices[i]] = prologueFor(configuration, configuration.targets[i], made.get());
    }
    if (!made)
        return settings;
    settings.personal = made->isPersonal();
    settings.isGreeted = made->isGreeted();
    settings.speaksAtRest = made->speaksAtRest();
    settings.loginTimeout = configuration.local.loginTimeout;
    settings.noisy = made->isNoisy();
    settings.twoWay = made->isTwoWay();
    settings.requestId = made->requestId();
    settings.responseId = made->responseId();
    settings.byId = exchange.pairingInForce() != Pairing::order && settings.requestId && settings.responseId;
    return settings;
}

/// Bytes that nobody can guess.
std::string secretKey()
{
    constexpr std::size_t NUMBERS = 4;
    std::string key;
    for (std::size_t i = 0; i < NUMBERS; ++i)
        appendNumber(key, unpredictable(), sizeof(std::uint64_t));
    return key;
}

auth::Settings logins(const Configuration& configuration, const std::vector<std::size_t>& indices)
{
    auth::Settings settings;
    settings.method = configuration.auth.method;
    settings.users = configuration.auth.users;
    settings.lookup = {configuration.auth.query, configuration.auth.user, configuration.auth.database};
    for (std::size_t i = 0; i < indices.size(); ++i)
    {
        settings.targets.resize(std::max(settings.targets.size(), indices[i] + 1));
        if (configuration.targets[i].hasLogin())
            settings.targets[indices[i]] = {configuration.targets[i].username, configuration.targets[i].password};
    }
    return settings;
}

/// The configuration as if this protocol were chosen in it.
Configuration choosing(const Configuration& configuration, std::string_view protocol)
{
    Configuration chosen = configuration;
    chosen.exchange.protocol = protocol;
    return chosen;
}

/// What the exchanges of fifo and funnel have in common, for one configuration after the other.
class Sharing
{
public:
    Sharing(std::shared_ptr<const Configuration> configuration, Targets& targets, TargetDialer& dialer,
            MultiplexerEffects& effects, MultiplexerObserver& observer, std::vector<std::size_t> indices)
        : _configuration(std::move(configuration))
        , _indices(std::move(indices))
        , _places(std::make_shared<Places>(places(*_configuration, _indices)))
        , _targets(targets)
        , _dialer(dialer)
        , _effects(effects)
        , _observer(observer)
        , _authenticator(std::make_shared<auth::Authenticator>(digests(), secretKey()))
    {
    }

    /// The exchange of one protocol, and its pool.
    [[nodiscard]] AutoExchange::Tenant make(std::string_view protocol) const
    {
        AutoExchange::Tenant tenant;
        const Configuration chosen = choosing(*_configuration, protocol);
        const ProtocolInfo& info = *findProtocol(protocol);
        const MultiplexerSettings settings = settingsFor(chosen, info);
        tenant.pool = std::make_unique<LanePool>(poolSettings(chosen), _targets, _dialer, _places);
        if (info.make == nullptr)
            tenant.exchange = std::make_unique<RawExchange>(settings, _effects, _observer, *tenant.pool);
        else
            tenant.exchange = std::make_unique<FramedExchange>(settings, _effects, _observer, *tenant.pool,
                                                               info.make(chosen.exchange.framingInForce()));
        return tenant;
    }

    /// Of the connections of all pools.
    [[nodiscard]] ConnectionCounts& counts() const { return _places->counts(); }

    /// make: how it makes exchanges.
    [[nodiscard]] std::unique_ptr<AutoExchange> makeAuto(AutoExchange::Make make) const
    {
        return std::make_unique<AutoExchange>(autoSettings(), _effects, _observer, std::move(make));
    }

    /// Another configuration is in force: change() or changeAuto() is to follow.
    void use(const std::shared_ptr<const Configuration>& configuration, const TargetAssignment& assignment)
    {
        _configuration = configuration;
        _indices = assignment.indices;
        _places->assign(places(*configuration, _indices));
    }

    void change(std::string_view protocol, LanePool& pool, Multiplexer& exchange, const TargetChanges& changes,
                Instant now) const
    {
        const Configuration chosen = choosing(*_configuration, protocol);
        pool.reconfigure(poolSettings(chosen), changes);
        exchange.reconfigure(settingsFor(chosen, *findProtocol(protocol)), changes, now);
    }

    void changeAuto(AutoExchange& exchange, const TargetChanges& changes, Instant now) const
    {
        exchange.reconfigure(
            autoSettings(),
            [&](std::string_view protocol, AutoExchange::Tenant& tenant)
            { change(protocol, *tenant.pool, *tenant.exchange, changes, now); },
            now);
    }

private:
    /// Clients are let in as it says from now on.
    [[nodiscard]] MultiplexerSettings settingsFor(const Configuration& chosen, const ProtocolInfo& protocol) const
    {
        MultiplexerSettings settings = sharedSettings(chosen, _indices, protocol);
        if (!settings.personal)
            return settings;
        _authenticator->change(logins(chosen, _indices));
        settings.conversation.authenticator = _authenticator;
        return settings;
    }

    [[nodiscard]] AutoExchangeSettings autoSettings() const
    {
        return {_configuration->local.idleTimeout, _configuration->exchange.trialTimeout,
                _configuration->exchange.requestBufferInForce()};
    }

    std::shared_ptr<const Configuration> _configuration;
    std::vector<std::size_t> _indices;
    std::shared_ptr<Places> _places;
    Targets& _targets;
    TargetDialer& _dialer;
    MultiplexerEffects& _effects;
    MultiplexerObserver& _observer;
    std::shared_ptr<auth::Authenticator> _authenticator;
};

ExchangeAndPool makePairs(const Configuration& configuration, Targets& targets, TargetDialer& dialer,
                          PairEffects& effects)
{
    ExchangeAndPool made;
    made.pairs = std::make_unique<PairPool>(targets, dialer);
    made.counts = &made.pairs->counts();
    auto exchange = std::make_unique<PairExchange>(pairSettings(configuration), effects, *made.pairs);
    made.reconfigure = [&pairs = *exchange](const auto& changed, const TargetAssignment&, Instant now)
    { pairs.reconfigure(pairSettings(*changed), now); };
    made.exchange = std::move(exchange);
    return made;
}

ExchangeAndPool makeAuto(const std::shared_ptr<Sharing>& sharing)
{
    ExchangeAndPool made;
    made.counts = &sharing->counts();
    auto exchange = sharing->makeAuto([sharing](std::string_view protocol) { return sharing->make(protocol); });
    made.underWay = [&automatic = *exchange] { return automatic.underWay(); };
    made.reconfigure =
        [sharing, &automatic = *exchange](const auto& changed, const TargetAssignment& assignment, Instant now)
    {
        sharing->use(changed, assignment);
        sharing->changeAuto(automatic, assignment.changes, now);
    };
    made.exchange = std::move(exchange);
    return made;
}

ExchangeAndPool makeShared(const std::shared_ptr<Sharing>& sharing, const std::string& protocol)
{
    ExchangeAndPool made;
    made.counts = &sharing->counts();
    AutoExchange::Tenant tenant = sharing->make(protocol);
    made.shared = std::move(tenant.pool);
    made.underWay = [&pool = *made.shared] { return pool.underWay(); };
    made.reconfigure = [sharing, protocol, &pool = *made.shared, &exchange = *tenant.exchange](
                           const auto& changed, const TargetAssignment& assignment, Instant now)
    {
        sharing->use(changed, assignment);
        sharing->change(protocol, pool, exchange, assignment.changes, now);
    };
    made.exchange = std::move(tenant.exchange);
    return made;
}

} // namespace

Prologue prologueFor(const Configuration& configuration, const TargetSettings& target, const Protocol* protocol)
{
    Login login;
    if (protocol != nullptr && !target.isOwnLogin())
        login = protocol->login({target.username, target.password, target.database});
    return {login.says + configuration.pool.prologue, login.expects + configuration.pool.prologueExpect,
            login.isJudged};
}

ExchangeAndPool makeExchange(const std::shared_ptr<const Configuration>& configuration, Targets& targets,
                             TargetDialer& dialer, PairEffects& pairEffects, MultiplexerEffects& multiplexerEffects,
                             MultiplexerObserver& observer)
{
    const ExchangeSettings& exchange = configuration->exchange;
    if (exchange.mode == Mode::automatic)
        throw std::invalid_argument("exchange.mode is auto; expected proxy, fifo or funnel in a Configuration");
    if (exchange.mode == Mode::proxy)
        return makePairs(*configuration, targets, dialer, pairEffects);
    const auto sharing = std::make_shared<Sharing>(configuration, targets, dialer, multiplexerEffects, observer,
                                                   TargetDirectory(configuration->targets).first().indices);
    return exchange.protocol == AUTO ? makeAuto(sharing) : makeShared(sharing, exchange.protocol);
}

} // namespace proximux
